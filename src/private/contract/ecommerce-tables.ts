// SPDX-License-Identifier: Apache-2.0

/** The published solution's tables, which `SampleWarehouse` makes in Redshift and the demonstration in the embedded cloud's. */
export const ECOMMERCE_TABLES = [
  'create table platform (id int, name varchar(64))',
  'create table marketplace (id int, name varchar(64))',
  'create table ecommerce (id int, ts timestamp, platform int, marketplace int, views int, revenue decimal(9,2)) sortkey (ts)',
];
