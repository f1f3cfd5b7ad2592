"""Reads Python from standard input and compares its calls of `lookout` with botocore's model of Lookout for Metrics: prints what does not exist."""
import ast
import sys

import boto3

client = boto3.client('lookoutmetrics', region_name='eu-central-1')
for node in ast.walk(ast.parse(sys.stdin.read())):
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and getattr(node.func.value, 'id', None) == 'lookout':
        operation = client.meta.method_to_api_mapping.get(node.func.attr)
        if operation is None:
            print('there is no', node.func.attr)
            continue
        members = client.meta.service_model.operation_model(operation).input_shape.members
        for keyword in node.keywords:
            if keyword.arg not in members:
                print(node.func.attr, 'takes no', keyword.arg)
