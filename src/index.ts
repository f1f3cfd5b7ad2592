// SPDX-License-Identifier: Apache-2.0

export * from './alarms';
export * from './alert';
export * from './connector';
export * from './connector-options';
export * from './connector-props';
export * from './connector-query';
export * from './detector';
export * from './detector-frequency';
export * from './holiday-calendar';
export * from './infrastructure-options';
export * from './lookout-service';
export * from './metric';
export * from './monitored-connector';
export * from './published-params';
export * from './redshift-cluster';
export * from './sample-warehouse';
export * from './timestamp-column';
