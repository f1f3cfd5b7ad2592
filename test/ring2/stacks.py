"""CloudFormation of moto 5.2.1 for the CDK's own command line. The patches touch names that are private to that version:

* what a change set makes is made after what it depends on (moto follows references only there), and each resource has its event;
* a change set's outputs are told. What fails is told as an event and as the status of the stack, and left as it is: moto rolls nothing back.
  Stacks are made and deleted while the request waits, as moto does it: the command line, which looks for their status every five seconds,
  sees it at once;
* stacks are deleted backwards, each resource before what it was made of. moto would delete in any order, and again what failed: functions
  would be gone before their custom resources. One that cannot be deleted ends it;
* custom resources are sent to their functions, at creation and at deletion, and answered before the stack goes on;
* the resources of a stack are those that were made: moto would make, while it lists them, what is missing or was deleted;
* templates are read as JSON where they are: moto's reader of YAML takes a second for each;
* a change set names the properties that change: the command line shows no other difference. What would be replaced moto does not know: it is
  told as changed in place.

Exports are not kept: no stack here imports one. A deployed stack can be compared with another app, and not be changed.
"""
import contextlib
import json
import sys
import traceback

from moto.cloudformation import custom_model, models, parsing


class CustomResourceFailed(Exception):
    """An answer that is not SUCCESS."""


def patch(post):
    """`post` sends JSON to a path of the host in Node and gives its answer."""
    patch_custom_resources(post)
    patch_order()
    models.CloudFormationBackend.execute_change_set = execute_change_set
    models.CloudFormationBackend.delete_stack = delete_stack
    patch_deletion_of_change_sets()
    patch_changes()
    patch_reading()
    models.Stack.stack_resources = property(made_resources)


def made_resources(stack):
    made = stack.resource_map._parsed_resources
    return [made[logical_id] for logical_id in stack.resource_map._resource_json_map if logical_id in made]


# --- custom resources


def patch_custom_resources(post):
    def request(resource, request_type):
        answer = post("/custom-resource", {
            "request": request_type,
            "stackId": resource.stack_id,
            "logicalId": resource.logical_id,
            "type": resource.resource_type,
            "properties": resource.properties,
            "physicalId": resource.resource_name,
        })
        if answer["Status"] != "SUCCESS":
            raise CustomResourceFailed(answer.get("Reason"))
        return answer

    def create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        resource = cls(region_name, None, kwargs["LogicalId"], None)
        resource.stack_id = kwargs["StackId"]
        resource.resource_type = kwargs["ResourceType"]
        resource.properties = cloudformation_json["Properties"]
        answer = request(resource, "Create")
        resource.resource_name = answer["PhysicalResourceId"]
        resource.set_data(answer.get("Data") or {})
        return resource

    custom_model.CustomModel.create_from_cloudformation_json = classmethod(create)
    custom_model.CustomModel.delete = lambda self, account_id, region_name: request(self, "Delete")


# --- order


def tell(resources_map, logical_id, definition, status, resource=None, reason=None):
    """Adds an event of a resource to those of its stack."""
    stack = models.cloudformation_backends[resources_map._account_id][resources_map._region_name].get_stack(resources_map.stack_id)
    stack.events.append(models.Event(
        stack_id=stack.stack_id, stack_name=stack.name, logical_resource_id=logical_id, resource_type=definition["Type"],
        physical_resource_id=getattr(resource, "physical_resource_id", ""), resource_properties=None,
        resource_status=status, resource_status_reason=reason,
    ))


@contextlib.contextmanager
def telling_failure(resources_map, logical_id, definition, action):
    try:
        yield
    except Exception as error:
        tell(resources_map, logical_id, definition, action + "_FAILED", reason="{}: {}".format(type(error).__name__, error))
        raise


def patch_order():
    create = parsing.parse_and_create_resource

    def create_after_dependencies(logical_id, resource_json, resources_map, account_id, region_name):
        before = resource_json.get("DependsOn", [])
        for dependency in [before] if isinstance(before, str) else before:
            resources_map[dependency]
        with telling_failure(resources_map, logical_id, resource_json, "CREATE"):
            resource = create(logical_id, resource_json, resources_map, account_id, region_name)
        if resource is not None:  # moto has the type, and the resource's condition holds
            tell(resources_map, logical_id, resource_json, "CREATE_COMPLETE", resource)
        return resource

    def delete_backwards(self):
        for logical_id in reversed([name for name in self._parsed_resources if name in self._resource_json_map]):
            definition = self._resource_json_map[logical_id]
            resource = self._parsed_resources[logical_id]
            if definition.get("DeletionPolicy", "").startswith("Retain"):
                tell(self, logical_id, definition, "DELETE_SKIPPED", resource)
                continue
            with telling_failure(self, logical_id, definition, "DELETE"):
                self._delete_resource(resource, definition)
            del self._parsed_resources[logical_id]
            tell(self, logical_id, definition, "DELETE_COMPLETE", resource)

    parsing.parse_and_create_resource = create_after_dependencies
    parsing.ResourceMap.delete = delete_backwards


# --- change sets and deletion


def change(stack, begun, ended, failed, work):
    """Does the work, and tells how it stands as the status of the stack: an error of the request would be tried again."""
    stack.status = begun
    stack._add_stack_event(begun)
    try:
        work()
        status = ended
    except Exception:
        traceback.print_exc(file=sys.stderr)
        status = failed
    stack._add_stack_event(status)
    stack.status = status


def execute_change_set(self, change_set_name, stack_name=None):
    change_set = self.describe_change_set(change_set_name)
    stack = self.stacks[change_set.stack_id]

    def work():
        if change_set.change_set_type != "CREATE":
            raise NotImplementedError("ring 2 makes stacks and deletes them, and changes none")
        change_set.apply()
        stack.template = change_set.template
        stack._parse_template()
        stack.output_map = stack._create_output_map()
        change_set.execution_status = "EXECUTE_COMPLETE"

    change(stack, "CREATE_IN_PROGRESS", "CREATE_COMPLETE", "ROLLBACK_FAILED", work)


def delete_stack(self, name_or_stack_id):
    stack = next((stack for stack in self.stacks.values() if name_or_stack_id in (stack.name, stack.stack_id)), None)
    if stack is None:
        return

    def work():
        stack.resource_map.delete()
        self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)

    change(stack, "DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED", work)


def patch_deletion_of_change_sets():
    delete = models.CloudFormationBackend.delete_change_set

    def delete_if_there(self, change_set_name):
        """CloudFormation takes it for deleted when there is none of the name; moto ends with an error of its own."""
        if change_set_name in self.change_sets or any(c.change_set_name == change_set_name for c in self.change_sets.values()):
            delete(self, change_set_name)

    models.CloudFormationBackend.delete_change_set = delete_if_there


def patch_changes():
    diff = models.ChangeSet.diff

    def diff_of_properties(self):
        changes = diff(self)
        for change in changes:
            if change.action != "Modify":
                continue
            before, after = (
                resources[change.logical_resource_id].get("Properties", {})
                for resources in (self.stack.resource_map._resource_json_map, self.template_dict["Resources"])
            )
            change.scope = ["Properties"]
            change.replacement = "False"
            change.details = [
                {
                    "Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": "Never"},
                    "Evaluation": "Static",
                    "ChangeSource": "DirectModification",
                }
                for name in {**before, **after}
                if before.get(name) != after.get(name)
            ]
        # moto takes a resource without properties for changed
        return [change for change in changes if change.action != "Modify" or change.details]

    models.ChangeSet.diff = diff_of_properties


def patch_reading():
    parse = models.Stack.parse_template

    def parse_json_first(template):
        try:
            return json.loads(template)
        except ValueError:
            return parse(template)

    models.Stack.parse_template = staticmethod(parse_json_first)
    models.ChangeSet._parse_template = lambda self: setattr(self, "template_dict", parse_json_first(self.template))
