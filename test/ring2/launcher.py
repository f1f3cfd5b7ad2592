"""moto 5.2.1 as the AWS account of ring 2: deploys a template into its CloudFormation and runs its state machines.

Argument: a JSON text with `hostEndpoint` (where functions are registered and custom resources are sent), `lambdaEndpoint` and
`now` (milliseconds since 1970). Prints one JSON line when the server runs, then answers commands, one JSON line each. The patches touch names that are private to moto 5.2.1:

* Step Functions: executions run at all, and those without a name get one; machines made by CloudFormation are those that run; a second execution starts (the state machine
  cannot be copied deeply once one has run); Wait and Retry sleep a moment only.
* `aws-sdk:redshiftdata` is the boto service `redshift-data`; its errors begin with `RedshiftData`; tasks reach our servers.
* Lambda functions run in Node, outside: moto would need Docker. Custom resources are answered before CloudFormation goes on.
"""
import copy
import datetime
import importlib
import json
import sys
import time
import urllib.request
import uuid

import boto3
from botocore.config import Config

settings = json.loads(sys.argv[1])
answers, sys.stdout = sys.stdout, sys.stderr  # moto prints, too

from moto.core.config import default_user_config  # noqa: E402

default_user_config["stepfunctions"]["execute_state_machine"] = True

from moto.awslambda import models as lambda_models  # noqa: E402
from moto.cloudformation import custom_model, parsing  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402
from moto.stepfunctions import models as stepfunctions_models  # noqa: E402
from moto.stepfunctions.parser import models as parser_models  # noqa: E402
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl  # noqa: E402
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (  # noqa: E402
    state_task_service_aws_sdk,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function  # noqa: E402

PAUSE_SECONDS = 0.05
CREDENTIALS = {"aws_access_key_id": "ring2", "aws_secret_access_key": "ring2"}

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


def client_for(region, service, state_credentials=None):
    """The client of a task: of our own servers where there is one."""
    endpoints = {"lambda": settings["lambdaEndpoint"], "redshift-data": settings.get("dataApiEndpoint")}
    name = {"redshiftdata": "redshift-data"}.get(service, service)
    return boto3.client(
        name,
        region_name=region,
        endpoint_url=endpoints.get(name) or moto_endpoint,
        config=Config(parameter_validation=False, retries={"max_attempts": 0, "total_max_attempts": 1}, read_timeout=900),
        **CREDENTIALS,
    )


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
    """Makes the function in moto, and tells the host how to run it."""
    function = create_function(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    properties = cloudformation_json["Properties"]
    post("/function", {
        "name": function.function_name,
        "arn": function.function_arn,
        "key": properties["Code"]["S3Key"],
        "handler": properties["Handler"],
        "runtime": properties["Runtime"],
        "timeoutSeconds": int(properties.get("Timeout", 3)),
        "memoryMegabytes": int(properties.get("MemorySize", 128)),
        "environment": (properties.get("Environment") or {}).get("Variables", {}),
    })
    return function


lambda_models.LambdaFunction.create_from_cloudformation_json = classmethod(register_function)

# --- custom resources


def create_custom_resource(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    """Sends the event to the function in ServiceToken and waits for the answer at the response URL."""
    answer = post("/custom-resource", {
        "stackId": kwargs["StackId"],
        "logicalId": kwargs["LogicalId"],
        "type": kwargs["ResourceType"],
        "properties": cloudformation_json["Properties"],
    })
    if answer["Status"] != "SUCCESS":
        print(kwargs["LogicalId"], answer)  # the error itself ends as status 500 without a word
        raise ValueError("{} failed: {}".format(kwargs["LogicalId"], answer.get("Reason")))
    resource = cls(region_name, answer["PhysicalResourceId"], kwargs["LogicalId"], answer["PhysicalResourceId"])
    resource.set_data(answer.get("Data") or {})
    return resource


custom_model.CustomModel.create_from_cloudformation_json = classmethod(create_custom_resource)


# --- commands, one JSON line each


def client(service):
    return boto3.client(service, region_name="us-east-1", endpoint_url=moto_endpoint, **CREDENTIALS)


def deploy(command):
    """Uploads the assets, deploys the template, returns the resources by logical id, and the types that moto skipped."""
    s3 = client("s3")
    s3.create_bucket(Bucket=command["assetBucket"])
    for asset in command["assets"]:
        s3.upload_file(asset["file"], command["assetBucket"], asset["key"])
    client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
    s3.upload_file(command["template"], command["assetBucket"], "template.json")
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName=command["stack"],
        TemplateURL="https://s3.amazonaws.com/{}/template.json".format(command["assetBucket"]),
        Capabilities=["CAPABILITY_IAM"],
    )
    stack = cloudformation.describe_stacks(StackName=command["stack"])["Stacks"][0]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=command["stack"])
    resources = {r["LogicalResourceId"]: r.get("PhysicalResourceId") for page in pages for r in page["StackResourceSummaries"]}
    declared = json.load(open(command["template"]))["Resources"]
    skipped = sorted({r["Type"] for name, r in declared.items() if name not in resources})
    return {"status": stack["StackStatus"], "resources": resources, "skipped": skipped}


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


COMMANDS = {"configure": configure, "deploy": deploy, "execute": execute, "executions": executions}
print(json.dumps({"endpoint": moto_endpoint}), file=answers, flush=True)
for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = {"id": command["id"], "result": COMMANDS[command["command"]](command)}
    except Exception as error:  # told to whoever asked
        answer = {"id": command["id"], "error": "{}: {}".format(type(error).__name__, error)}
    print(json.dumps(answer), file=answers, flush=True)
server.stop()
