// SPDX-License-Identifier: Apache-2.0

import { bodyOf, type ServiceModel } from './model';
import { alertInput, metricSetInput, SCOPE } from './scenario';
import { validInput } from './valid-input';
import type { HttpEvent } from '../../handlers/shared/lambda-request-handler';

/** A request, and the operation that it calls: none when its method or path is nonsense, or was meant for another one. */
export interface FuzzedRequest {
  readonly operation?: string;
  readonly event: HttpEvent;
}

/** Few names, so that requests meet what others have made. */
export const NAMES = ['a', 'b', 'c', 'sales', '0', 'constructor'];
const FORMS = [
  (name: string) => `${SCOPE}:AnomalyDetector:${name}`, (name: string) => `${SCOPE}:MetricSet/${name}/set`, (name: string) => `${SCOPE}:Alert:${name}`,
];

const HOSTILE: readonly unknown[] = [
  null, '', ' ', 0, -1, 1e308, 0.5, true, false, [], {}, [[]], [null], 'x'.repeat(5000), '\u0000', '\ud800', '😀'.repeat(40), '__proto__', 'constructor',
  '\'"; drop table x; --', '<script>alert(1)</script>', '${jndi:ldap://x}', '../../etc/passwd', 's3://', 's3://b', 'arn:aws:::', 'arn:aws:lookoutmetrics:::x',
  `${SCOPE}:AnomalyDetector:`, `${SCOPE}:AnomalyDetector:a:b`, `${SCOPE}:MetricSet/a`, 'arn:aws:lookoutmetrics:eu-central-1:999999999999:AnomalyDetector:a',
  { toString: 'no function' }, JSON.parse('{"__proto__": {"polluted": true}}'), '2024-13-45T99:99:99Z', '9999-12-31T23:59:59Z', Number.MAX_SAFE_INTEGER,
  Array.from({ length: 2000 }, (_, index) => index), deep(1000),
];

const BODIES: readonly string[] = [
  '', '{', 'null', '[]', '"text"', '1', '{}}', '{"a":1,}', '\ufeff{}', '{"a":"\\ud800"}', '[[[[[', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'undefined',
  '{"__proto__":{"AnomalyDetectorArn":"x"}}', '{"AnomalyDetectorArn":1e999}', '{"MaxResults":-0}',
];

const PATHS: readonly string[] = [
  '/', '//', '/tags', '/tags/', '/tags/%', '/tags/%E0%A4%A', '/tags/%00', '/tags/x', '/tags/arn%3Aaws/more', '/ListAlerts/', '/listalerts', '/__proto__', '/constructor',
  '/%4CistAlerts', '/../ListAlerts', `/${'x'.repeat(9000)}`,
];

const QUERIES: readonly string[] = ['', 'tagKeys', 'tagKeys=', 'tagKeys=%', 'tagKeys=a&tagKeys=b', 'tagKeys=team', 'x=1', `tagKeys=${'k'.repeat(500)}`, '&&==&'];

/** Requests of all operations: right ones, nearly right ones and nonsense. */
export class FuzzedRequests {
  private readonly operations: readonly string[];

  public constructor(private readonly model: ServiceModel, private readonly random: () => number) {
    // what is created more often than it is deleted is there for the others
    this.operations = [...Object.keys(model.operations), 'CreateAnomalyDetector', 'CreateMetricSet', 'CreateAlert'];
  }

  public next(): FuzzedRequest {
    const operation = this.oneOf(this.operations);
    const { http, input: { shape } } = this.model.operations[operation];
    const input = (this.random() < 0.5 ? this.fitting(operation) : undefined) ?? this.input(shape) as Record<string, unknown>;
    for (let changes = Math.floor(this.random() * 4) - 1; changes > 0; changes--) {
      this.spoil(input);
    }
    const resource = typeof input.ResourceArn === 'string' ? input.ResourceArn : this.arn();
    const isAstray = this.random() < 0.02;
    const event = {
      method: isAstray ? this.oneOf(['GET', 'PUT', 'DELETE', 'POST', 'OPTIONS', '']) : http.method,
      path: isAstray && this.random() < 0.7 ? this.oneOf(PATHS) : http.requestUri.replace('{resourceArn}', () => encodeURIComponent(wellFormed(resource))),
      query: this.random() < 0.02 || operation === 'UntagResource' ? this.oneOf(QUERIES) : '',
      body: this.random() < 0.03 ? this.oneOf(BODIES) : JSON.stringify(bodyOf(this.model, operation, input)),
    };
    const bytes = Buffer.from(event.body);
    if (this.random() < 0.01 && bytes.length > 0) {
      bytes[Math.floor(this.random() * bytes.length)] = Math.floor(this.random() * 256);
    }
    return {
      ...!isAstray && { operation },
      event: {
        version: '2.0',
        rawPath: event.path,
        rawQueryString: event.query,
        headers: { 'content-type': 'application/json' },
        requestContext: { http: { method: event.method, path: event.path } },
        body: bytes.toString('base64'),
        isBase64Encoded: true,
      },
    };
  }

  /** A valid input, of which optional members are often left out, with names and ARNs of the few that are in use. */
  private input(shapeName: string): unknown {
    const shape = this.model.shapes[shapeName];
    if (shape.type === 'structure') {
      return Object.fromEntries(Object.entries(shape.members ?? {})
        .filter(([name]) => shape.required?.includes(name) || this.random() < 0.4)
        .map(([name, member]) => [name, this.input(member.shape)]));
    }
    if (shape.type === 'list') {
      return Array.from({ length: shape.min ?? Math.floor(this.random() * 3) }, () => this.input(shape.member!.shape));
    }
    if (shapeName === 'Arn') {
      return this.arn();
    }
    if (shapeName.endsWith('Name') && shape.pattern?.startsWith('^[a-zA-Z0-9][')) {
      return this.oneOf(NAMES);
    }
    return shape.enum ? this.oneOf(shape.enum) : validInput(this.model, shapeName);
  }

  /** An input whose members fit together, for operations where a random one rarely does. */
  private fitting(operation: string): Record<string, unknown> | undefined {
    const detector = FORMS[0](this.oneOf(NAMES));
    switch (operation) {
      case 'CreateMetricSet': return structuredClone(metricSetInput(detector));
      case 'UpdateMetricSet': return { MetricSetArn: FORMS[1](this.oneOf(NAMES)), MetricSource: structuredClone(metricSetInput(detector).MetricSource) };
      case 'CreateAlert': return structuredClone(alertInput(detector, this.oneOf(NAMES)));
      case 'GetSampleData': {
        const { TemplatedPathList: _live, ...history } = metricSetInput(detector).MetricSource.S3SourceConfig;
        return { S3SourceConfig: structuredClone(history) };
      }
      case 'DetectMetricSetConfig':
        return { AnomalyDetectorArn: detector, AutoDetectionMetricSource: { S3SourceConfig: { HistoricalDataPathList: ['s3://bucket/history/'] } } };
      default: return undefined;
    }
  }

  private arn(): string {
    return this.oneOf(FORMS)(this.oneOf(NAMES));
  }

  /** Changes something at some depth. */
  private spoil(value: Record<string, unknown>): void {
    const names = Object.keys(value);
    const name = names.length > 0 && this.random() < 0.95 ? this.oneOf(names) : this.oneOf(['__proto__', 'constructor', 'unknown', '']);
    const inner = Object.hasOwn(value, name) ? value[name] : undefined;
    if (typeof inner === 'object' && inner !== null && this.random() < 0.7) {
      this.spoil(inner as Record<string, unknown>);
    } else if (this.random() < 0.2) {
      delete value[name];
    } else {
      // a copy: the next change may go into it
      Object.defineProperty(value, name, { value: structuredClone(this.oneOf(HOSTILE)), enumerable: true, configurable: true, writable: true });
    }
  }

  private oneOf<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)];
  }
}

/** encodeURIComponent takes no lone surrogates, nor does any HTTP client. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '?');
}

function deep(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) {
    value = level % 2 ? [value] : { a: value };
  }
  return value;
}
