"""Calls Lookout for Metrics with boto3 and awscli: reads one JSON request a line, writes one JSON answer a line.

A request is {"client", "endpoint", "operation", "input", "validate"}; `client` "model" asks for botocore's service model instead.
"""
import contextlib
import datetime
import io
import json
import os
import re
import sys

import boto3
from awscli.clidriver import create_clidriver
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.session import get_session

SERVICE_ERROR = re.compile(r'An error occurred \((\w+)\) when calling the (\w+) operation[^:]*: (.*)', re.DOTALL)
boto3_clients = {}
command_lines = {}


def boto3_client(endpoint, validate):
    """One client for each endpoint, and one more that sends what botocore itself would refuse."""
    if (endpoint, validate) not in boto3_clients:
        config = Config(parameter_validation=validate, retries={'total_max_attempts': 1})
        boto3_clients[endpoint, validate] = boto3.client('lookoutmetrics', endpoint_url=endpoint, config=config)
    return boto3_clients[endpoint, validate]


def call_boto3(request):
    client = boto3_client(request['endpoint'], request['validate'])
    try:
        output = getattr(client, xform_name(request['operation']))(**request['input'])
    except ClientError as error:
        response = error.response
        return {
            'status': response['ResponseMetadata']['HTTPStatusCode'],
            # what `except client.exceptions.X` goes by
            'error': {'code': type(error).__name__, **{name: response[name] for name in response if name not in ('ResponseMetadata', 'Error')},
                      'message': response['Error']['Message']},
        }
    except ParamValidationError as error:
        return {'refused': str(error)}
    metadata = output.pop('ResponseMetadata')
    return {'status': metadata['HTTPStatusCode'], 'output': output}


def call_awscli(request):
    """Runs the command in this process; the arguments go through the whole command line parser."""
    os.environ['AWS_CONFIG_FILE'] = os.environ['VALIDATING_CONFIG' if request['validate'] else 'SENDING_CONFIG']
    if request['validate'] not in command_lines:
        command_lines[request['validate']] = create_clidriver()
    arguments = ['--endpoint-url', request['endpoint'], '--output', 'json', 'lookoutmetrics', xform_name(request['operation'], '-')]
    if request['validate']:
        for member, value in request['input'].items():
            # an object of its own for the parser of each option
            arguments.append(f'--{xform_name(member, "-")}={value if isinstance(value, str) else json.dumps(value)}')
    else:
        arguments += ['--cli-input-json', json.dumps(request['input'])]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = command_lines[request['validate']].main(arguments)
        except SystemExit as stopped:  # the command line parser ends the process
            code = stopped.code
    match = SERVICE_ERROR.search(err.getvalue())
    if match:
        return {'error': {'code': match.group(1), 'message': match.group(3).strip()}}
    if code != 0:
        return {'refused': err.getvalue().strip()}
    return {'output': json.loads(out.getvalue() or '{}')}


def service_model(_request):
    loader = get_session().get_component('data_loader')
    return {'output': loader.load_service_model('lookoutmetrics', 'service-2')}


def as_json(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(f'{value!r} has no JSON form')


CALLS = {'boto3': call_boto3, 'awscli': call_awscli, 'model': service_model}
answers = sys.stdout

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = CALLS[request['client']](request)
    except Exception as error:  # pylint: disable=broad-except
        answer = {'refused': f'{type(error).__name__}: {error}'}
    answers.write(json.dumps(answer, default=as_json) + '\n')
    answers.flush()
