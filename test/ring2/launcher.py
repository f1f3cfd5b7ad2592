"""moto 5.2.1 as the AWS account of ring 2: the CDK's command line deploys into its CloudFormation, and its state machines are run.

Argument: a JSON text with `hostEndpoint` (where functions are registered and custom resources are sent), `lambdaEndpoint`, `codeFolder`
(where the code of functions is unpacked) and `now` (milliseconds since 1970). Prints one JSON line when the server runs, then answers
commands, one JSON line each. The patches touch names that are private to moto 5.2.1:

* Step Functions: executions run at all, and those without a name get one; machines made by CloudFormation are those that run; a second execution starts (the state machine
  cannot be copied deeply once one has run); Wait and Retry sleep a moment only.
* `aws-sdk:redshiftdata` is the boto service `redshift-data`; its errors begin with `RedshiftData`; tasks reach our servers.
* Lambda functions run in Node, outside, on the code that was published: moto would need Docker.
* CloudFormation: see stacks.py.
"""
import copy
import datetime
import functools
import importlib
import io
import json
import logging
import os
import sys
import time
import urllib.request
import uuid
import zipfile

import boto3
from botocore.config import Config

settings = json.loads(sys.argv[1])
answers, sys.stdout = sys.stdout, sys.stderr  # moto prints, too

from moto.core.config import default_user_config  # noqa: E402

default_user_config["stepfunctions"]["execute_state_machine"] = True

from moto.awslambda import models as lambda_models  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402
from moto.stepfunctions import models as stepfunctions_models  # noqa: E402
from moto.stepfunctions.parser import models as parser_models  # noqa: E402
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl  # noqa: E402
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (  # noqa: E402
    state_task_service_aws_sdk,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function  # noqa: E402

import stacks  # noqa: E402

PAUSE_SECONDS = 0.05
CREDENTIALS = {"aws_access_key_id": "ring2", "aws_secret_access_key": "ring2"}

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it tells every request, in a tenth of moto's time
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
moto_endpoint = "http://{}:{}".format(*server.get_host_and_port())


def post(path, content):
    """Sends JSON to the host in Node; returns its answer."""
    request = urllib.request.Request(
        settings["hostEndpoint"] + path, json.dumps(content).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read() or b"null")


# --- Step Functions

stepfunctions_models.stepfunctions_backends = parser_models.stepfunctions_parser_backends
start_execution = parser_models.StepFunctionsParserBackend.start_execution


def start_with_name(self, state_machine_arn, name=None, execution_input=None, trace_header=None):
    """Gives an execution without a name one, as Step Functions does."""
    return start_execution(self, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header)


parser_models.StepFunctionsParserBackend.start_execution = start_with_name


class DeploymentTime(datetime.datetime):
    """Executions start when the scenario says: `$$.Execution.StartTime` decides what is the history."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(settings["now"] / 1000, tz)


parser_models.datetime = type("Datetime", (), {"datetime": DeploymentTime, "timezone": datetime.timezone})
parser_models.copy = type("Copy", (), {"deepcopy": staticmethod(copy.copy)})


@functools.cache
def task_client(region, name, endpoint):
    """To make a client takes longer than the task."""
    config = Config(parameter_validation=False, retries={"max_attempts": 0, "total_max_attempts": 1}, read_timeout=900)
    return boto3.client(name, region_name=region, endpoint_url=endpoint, config=config, **CREDENTIALS)


def client_for(region, service, state_credentials=None):
    """The client of a task: of our own servers where there is one."""
    endpoints = {"lambda": settings["lambdaEndpoint"], "redshift-data": settings.get("dataApiEndpoint")}
    name = {"redshiftdata": "redshift-data"}.get(service, service)
    return task_client(region, name, endpoints.get(name) or moto_endpoint)


for module_name, module in list(sys.modules.items()):
    if module_name.startswith("moto.stepfunctions") and hasattr(module, "boto_client_for"):
        module.boto_client_for = client_for
importlib.import_module("moto.stepfunctions.parser.asl.utils.boto_client").boto_client_for = client_for

state_task_service_aws_sdk._SERVICE_ERROR_NAMES["redshiftdata"] = "RedshiftData"
by_api_name = state_task_service_aws_sdk.StateTaskServiceAwsSdk._normalise_service_error_name
state_task_service_aws_sdk.StateTaskServiceAwsSdk._normalise_service_error_name = staticmethod(
    lambda name: "RedshiftData" if name.lower() in ("redshiftdata", "redshift-data") else by_api_name(name)
)
wait_function.WaitFunction._wait_interval = lambda self, env, wait_seconds: time.sleep(PAUSE_SECONDS)
retrier_decl.time = type("Time", (), {"sleep": staticmethod(lambda seconds: time.sleep(PAUSE_SECONDS)), "time": staticmethod(time.time)})

# --- Lambda

create_function = lambda_models.LambdaFunction.create_from_cloudformation_json.__func__


def register_function(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    """Makes the function in moto, unpacks its code and tells the host how to run it."""
    function = create_function(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    properties = cloudformation_json["Properties"]
    folder = os.path.join(settings["codeFolder"], os.path.splitext(properties["Code"]["S3Key"])[0])
    if not os.path.exists(folder):
        zipfile.ZipFile(io.BytesIO(function.code_bytes)).extractall(folder)
    post("/function", {
        "name": function.function_name,
        "arn": function.function_arn,
        "root": folder,
        "handler": properties["Handler"],
        "runtime": properties["Runtime"],
        "timeoutSeconds": int(properties.get("Timeout", 3)),
        "memoryMegabytes": int(properties.get("MemorySize", 128)),
        "environment": (properties.get("Environment") or {}).get("Variables", {}),
    })
    return function


delete_function = lambda_models.LambdaFunction.delete


def remove_function(self, account_id, region):
    """Deletes the function in moto and has the host end its processes."""
    delete_function(self, account_id, region)
    post("/function-removed", {"name": self.function_name})


lambda_models.LambdaFunction.create_from_cloudformation_json = classmethod(register_function)
lambda_models.LambdaFunction.delete = remove_function

stacks.patch(post)


# --- commands, one JSON line each


@functools.cache
def client(service):
    return boto3.client(service, region_name="us-east-1", endpoint_url=moto_endpoint, **CREDENTIALS)


def resources(command):
    """The resources of a stack by logical id, and the types that moto skipped."""
    cloudformation = client("cloudformation")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=command["stack"])
    made = {r["LogicalResourceId"]: r.get("PhysicalResourceId") for page in pages for r in page["StackResourceSummaries"]}
    declared = cloudformation.get_template(StackName=command["stack"])["TemplateBody"]["Resources"]
    skipped = sorted({r["Type"] for name, r in declared.items() if name not in made})
    return {"resources": made, "skipped": skipped}


def changes(command):
    """What the newest change set of a stack would do, and to what types."""
    described = client("cloudformation").describe_change_set(StackName=command["stack"], ChangeSetName="cdk-deploy-change-set")
    return [[change["ResourceChange"]["Action"], change["ResourceChange"]["ResourceType"]] for change in described["Changes"]]


def remaining(command):
    """Names of what is in the account."""
    return {
        "stacks": [stack["StackName"] for stack in client("cloudformation").describe_stacks()["Stacks"]],
        "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
        "tables": client("dynamodb").list_tables()["TableNames"],
        "functions": [function["FunctionName"] for function in client("lambda").list_functions()["Functions"]],
        "stateMachines": [machine["name"] for machine in client("stepfunctions").list_state_machines()["stateMachines"]],
        "roles": [role["RoleName"] for role in client("iam").list_roles(MaxItems=1000)["Roles"]],
        "queues": client("sqs").list_queues().get("QueueUrls", []),
        "topics": [topic["TopicArn"] for topic in client("sns").list_topics()["Topics"]],
        "logGroups": [group["logGroupName"] for group in client("logs").describe_log_groups()["logGroups"]],
    }


def execute(command):
    """Starts a state machine and waits for its end."""
    states = client("stepfunctions")
    arn = states.start_execution(
        stateMachineArn=command["stateMachineArn"], name=command["name"], input=json.dumps(command["input"])
    )["executionArn"]
    return wait_for(states, arn)


def wait_for(states, arn):
    while True:
        execution = states.describe_execution(executionArn=arn)
        if execution["status"] != "RUNNING":
            events = states.get_execution_history(executionArn=arn)["events"]
            entered = [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]
            return {"status": execution["status"], "error": execution.get("error"), "cause": execution.get("cause"), "states": entered}
        time.sleep(PAUSE_SECONDS)


def executions(command):
    """Waits for the executions of a state machine that others started."""
    states = client("stepfunctions")
    found = states.list_executions(stateMachineArn=command["stateMachineArn"])["executions"]
    return [wait_for(states, execution["executionArn"]) for execution in found]


def configure(command):
    """Adds settings that are known only when moto runs: `dataApiEndpoint`."""
    settings.update(command["settings"])


COMMANDS = {
    "configure": configure, "resources": resources, "changes": changes, "remaining": remaining, "execute": execute, "executions": executions,
}
print(json.dumps({"endpoint": moto_endpoint}), file=answers, flush=True)
for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = {"id": command["id"], "result": COMMANDS[command["command"]](command)}
    except Exception as error:  # told to whoever asked
        answer = {"id": command["id"], "error": "{}: {}".format(type(error).__name__, error)}
    print(json.dumps(answer), file=answers, flush=True)
server.stop()
