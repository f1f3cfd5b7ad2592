// SPDX-License-Identifier: Apache-2.0

/** One resource of a template, as it stands there. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
}

/** A CloudFormation template, as far as the embedded cloud reads it. */
export interface Template {
  readonly Resources?: Record<string, TemplateResource>;
  readonly Parameters?: Record<string, { readonly Type: string; readonly Default?: unknown }>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  readonly Conditions?: Record<string, unknown>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown }; readonly Condition?: string }>;
  readonly Transform?: unknown;
}

/** What the resources of a stack look like to Ref and Fn::GetAtt. */
export interface ResourceIdentity {
  /** Value of Ref. */
  readonly ref: string;
  /** Values of Fn::GetAtt. */
  readonly attributes: Readonly<Record<string, unknown>>;
}
