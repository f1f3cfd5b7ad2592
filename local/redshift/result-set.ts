// SPDX-License-Identifier: Apache-2.0

/** Results of queries in the form of the Data API. */
import type { ColumnMetadata, Field } from '@aws-sdk/client-redshift-data';
import type { PostgresAnswer, PostgresField } from './postgres-messages';

/** How a PostgreSQL type shows in Redshift. */
export interface RedshiftType {
  /** `typeName` in the Data API's column metadata. */
  readonly typeName: string;
  /** Type in a verbose manifest. */
  readonly manifestName: string;
  /** Member of `Field` that carries a value. */
  readonly member: 'longValue' | 'doubleValue' | 'booleanValue' | 'stringValue';
  readonly precision: number;
  readonly isSigned: boolean;
}

function type(typeName: string, manifestName: string, member: RedshiftType['member'], precision = 0): RedshiftType {
  return { typeName, manifestName, member, precision, isSigned: member === 'longValue' || member === 'doubleValue' || typeName === 'numeric' };
}

const VARCHAR = type('varchar', 'character varying', 'stringValue');

/** By PostgreSQL's number of the type (`pg_type.oid`). */
const TYPES: Record<number, RedshiftType> = {
  16: type('bool', 'boolean', 'booleanValue', 1),
  20: type('int8', 'bigint', 'longValue', 19),
  21: type('int2', 'smallint', 'longValue', 5),
  23: type('int4', 'integer', 'longValue', 10),
  700: type('float4', 'real', 'doubleValue', 8),
  701: type('float8', 'double precision', 'doubleValue', 17),
  1042: type('bpchar', 'character', 'stringValue'),
  1043: VARCHAR,
  1082: type('date', 'date', 'stringValue', 13),
  1114: type('timestamp', 'timestamp without time zone', 'stringValue', 29),
  1184: type('timestamptz', 'timestamp with time zone', 'stringValue', 35),
  1266: type('timetz', 'time with time zone', 'stringValue', 21),
  1083: type('time', 'time without time zone', 'stringValue', 15),
  1700: type('numeric', 'numeric', 'stringValue', 38),
};

/** Redshift's type for one of PostgreSQL; text and all others are varchar. */
export function redshiftType(oid: number): RedshiftType {
  return TYPES[oid] ?? VARCHAR;
}

/** A value of the Data API for the text that PostgreSQL prints. */
export function field(text: string | null, oid: number): Field {
  if (text === null) return { isNull: true };
  switch (redshiftType(oid).member) {
    case 'longValue': return { longValue: Number(text) };
    // JSON has no NaN and no infinities; the Data API sends them as text
    case 'doubleValue': return Number.isFinite(Number(text)) ? { doubleValue: Number(text) } : { stringValue: text };
    case 'booleanValue': return { booleanValue: text === 't' || text === 'true' };
    default: return { stringValue: text };
  }
}

/** The Data API's description of a column. */
export function columnMetadata(column: PostgresField): ColumnMetadata {
  const shown = redshiftType(column.oid);
  return {
    isCaseSensitive: shown.member === 'stringValue' && shown.precision === 0,
    isCurrency: false,
    isSigned: shown.isSigned,
    label: column.name,
    length: 0,
    name: column.name,
    nullable: 1,
    precision: shown.precision,
    scale: 0,
    schemaName: '',
    tableName: '',
    typeName: shown.typeName,
  };
}

/** A value for direct queries: numbers of the integer and float types (as far as they are exact), booleans, all else as text. */
function plainValue(text: string | null, oid: number): unknown {
  if (text === null) return null;
  const value = field(text, oid);
  if (value.longValue !== undefined) return Number.isSafeInteger(value.longValue) ? value.longValue : text;
  return value.doubleValue ?? value.booleanValue ?? text;
}

/** Rows as objects, for direct queries. */
export function plainRows(answer: PostgresAnswer): Record<string, unknown>[] {
  return answer.rows.map(row => Object.fromEntries(answer.fields.map((column, index) => [column.name, plainValue(row[index], column.oid)])));
}
