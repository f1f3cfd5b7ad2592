// SPDX-License-Identifier: Apache-2.0

import { DescribeClustersCommand, ModifyClusterIamRolesCommand } from '@aws-sdk/client-redshift';
import {
  BatchExecuteStatementCommand, CancelStatementCommand, DescribeStatementCommand, ExecuteStatementCommand, GetStatementResultCommand,
  ListStatementsCommand, ListTablesCommand,
} from '@aws-sdk/client-redshift-data';
import { CLUSTER, NOW, ROLE, TestBed } from './support';
import { FailurePlan } from '../../local/redshift/failures';

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:warehouse-AbCdEf';

let bed: TestBed;
let now = NOW;
const failures = new FailurePlan();

beforeAll(async () => {
  bed = await TestBed.start({ now: () => now, secretArns: [SECRET], failures });
  await bed.warehouse.query('create table numbers (n int, squared bigint, half float, exact decimal(9,2), even boolean, name varchar(20), at timestamp)');
  await bed.warehouse.query(`insert into numbers
    select n, n * n, n / 2.0, n / 4.0, n % 2 = 0, 'n' || n, timestamp '2026-01-01' + n * interval '1 hour' from generate_series(0, 2499) n`);
});
afterAll(() => bed.stop());

describe('a statement', () => {
  test('goes its way while the caller looks on', async () => {
    const seen = new Set<string>();
    const Id = await bed.execute('select count(*) from numbers a, numbers b where b.n < 200');
    let description;
    do {
      description = await bed.data.send(new DescribeStatementCommand({ Id }));
      seen.add(description.Status!);
    } while (description.Status !== 'FINISHED');
    expect(seen.size).toBeGreaterThan(1);
    expect(description).toMatchObject({
      Id,
      HasResultSet: true,
      ResultRows: 1,
      ClusterIdentifier: 'lookout',
      Database: 'l4mdemo',
      DbUser: 'IAMR:local',
      QueryString: 'select count(*) from numbers a, numbers b where b.n < 200',
      CreatedAt: NOW,
      UpdatedAt: NOW,
    });
    expect(description.Duration).toBeGreaterThan(1_000_000); // nanoseconds: half a million rows take more than a millisecond
    expect(bed.warehouse.isWorking()).toBe(false);
  });

  test('tells nothing before its end but that it goes on', async () => {
    failures.add({ outcome: { type: 'HANG' } });
    const Id = await bed.execute('select 1');
    const description = await bed.data.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }));
    expect(description).toMatchObject({ Status: 'STARTED', ResultRows: -1, Duration: -1, HasResultSet: false });
    await expect(bed.data.send(new GetStatementResultCommand({ Id }))).rejects.toMatchObject({ name: 'ResourceNotFoundException', ResourceId: Id });
    expect(await bed.data.send(new CancelStatementCommand({ Id }))).toMatchObject({ Status: true });
    expect(await bed.ended(Id)).toMatchObject({ Status: 'ABORTED' });
    await expect(bed.data.send(new CancelStatementCommand({ Id }))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('can be waited for where it is submitted', async () => {
    const answer = await bed.data.send(new ExecuteStatementCommand({ ...CLUSTER, Sql: 'select 1', WaitTimeSeconds: 10 }));
    expect(answer).toMatchObject({ Status: 'FINISHED', HasResultSet: true });
  });

  test('has its result in pages, typed', async () => {
    const { Id, ResultRows } = await bed.run('select n, squared, half, exact, even, name, at as timestamp, null as nothing from numbers order by n');
    expect(ResultRows).toBe(2500);
    const sizes: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await bed.data.send(new GetStatementResultCommand({ Id, NextToken }));
      sizes.push(page.Records!.length);
      expect(page.TotalNumRows).toBe(2500);
      expect(page.ColumnMetadata!.map(column => [column.name, column.typeName])).toEqual([
        ['n', 'int4'], ['squared', 'int8'], ['half', 'float8'], ['exact', 'numeric'], ['even', 'bool'], ['name', 'varchar'],
        ['timestamp', 'timestamp'], ['nothing', 'varchar'],
      ]);
      NextToken = page.NextToken;
      if (!NextToken) {
        expect(page.Records!.at(-1)).toEqual([
          { longValue: 2499 }, { longValue: 6_245_001 }, { doubleValue: 1249.5 }, { stringValue: '624.75' }, { booleanValue: false },
          { stringValue: 'n2499' }, { stringValue: '2026-04-15 03:00:00' }, { isNull: true },
        ]);
      }
    } while (NextToken);
    expect(sizes).toEqual([1000, 1000, 500]);
  });

  test.each([
    ['select * from nowhere', 'ERROR: relation "nowhere" does not exist'],
    ['selct 1', 'ERROR: syntax error at or near "selct"'],
    ["select 'open", 'ERROR: unterminated quoted string'],
    ['select top 5 n from numbers', 'ERROR: not in local mode'],
    ['select avg(name) from numbers', 'ERROR: function avg(character varying) does not exist'],
    ['select 1; select 2', 'ERROR: cannot insert multiple commands into a prepared statement'],
  ])('%s fails in Redshift\'s words', async (sql, error) => {
    const description = await bed.run(sql);
    expect(description).toMatchObject({ Status: 'FAILED', ResultRows: -1, HasResultSet: false });
    expect(description.Error).toContain(error);
  });

  test('in a database that is not there fails', async () => {
    expect(await bed.run('select 1', { Database: 'other' })).toMatchObject({ Status: 'FAILED', Error: 'FATAL: database "other" does not exist' });
  });

  test('takes named parameters as text', async () => {
    const { Id, QueryParameters } = await bed.run("select n, :name as name from numbers where n = :n and ':n' <> '' and at::date >= :day", {
      Parameters: [{ name: 'n', value: '7' }, { name: 'name', value: "it's; drop table numbers -- $1" }, { name: 'day', value: '2026-01-01' }],
    });
    expect(QueryParameters).toHaveLength(3);
    expect((await bed.data.send(new GetStatementResultCommand({ Id }))).Records)
      .toEqual([[{ longValue: 7 }, { stringValue: "it's; drop table numbers -- $1" }]]);
  });

  test('with a client token is submitted once', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => bed.execute('insert into numbers (n) values (-1)', { ClientToken: 'once' })));
    expect(second).toBe(first);
    await bed.ended(first);
    expect(await bed.warehouse.query('select count(*) from numbers where n = -1')).toEqual([{ count: 1 }]);
    await expect(bed.execute('select 2', { ClientToken: 'once' })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('is forgotten after a day, its client token after 8 hours', async () => {
    const Id = await bed.execute('select 1', { ClientToken: 'kept' });
    await bed.ended(Id);
    now = new Date(NOW.getTime() + 8 * 3_600_000);
    const again = await bed.execute('select 1', { ClientToken: 'kept' });
    expect(again).not.toBe(Id);
    await bed.ended(again);
    expect(await bed.data.send(new DescribeStatementCommand({ Id }))).toMatchObject({ Status: 'FINISHED' });
    now = new Date(NOW.getTime() + 24 * 3_600_000);
    await expect(bed.data.send(new DescribeStatementCommand({ Id }))).rejects.toMatchObject({ name: 'ResourceNotFoundException', ResourceId: Id });
    now = NOW;
  });
});

describe('a batch', () => {
  const batch = async (...Sqls: string[]) => bed.ended((await bed.data.send(new BatchExecuteStatementCommand({ ...CLUSTER, Sqls }))).Id!);

  test('runs in order and has the results of each', async () => {
    const description = await batch('create table batched (n int)', 'insert into batched values (1), (2)', 'select sum(n) as total from batched');
    expect(description).toMatchObject({ Status: 'FINISHED', HasResultSet: true });
    expect(description.SubStatements!.map(sub => [sub.Status, sub.HasResultSet])).toEqual([['FINISHED', false], ['FINISHED', false], ['FINISHED', true]]);
    const { Records } = await bed.data.send(new GetStatementResultCommand({ Id: description.SubStatements![2].Id }));
    expect(Records).toEqual([[{ longValue: 3 }]]);
  });

  test('is one transaction', async () => {
    const description = await batch('create table undone (n int)', 'select * from nowhere', 'select 1');
    expect(description).toMatchObject({ Status: 'FAILED', Error: 'Query #2 failed with ERROR: relation "nowhere" does not exist' });
    expect(description.SubStatements!.map(sub => sub.Status)).toEqual(['FINISHED', 'FAILED', 'ABORTED']);
    await expect(bed.warehouse.query('select * from undone')).rejects.toThrow('relation "undone" does not exist');
  });
});

describe('wrong arguments', () => {
  const { ClusterIdentifier, Database } = CLUSTER;
  test.each<[string, object, string]>([
    ['no cluster', { Database }, 'Either ClusterIdentifier or WorkgroupName needs to be specified.'],
    ['no database', { ClusterIdentifier }, 'Database must be specified.'],
    ['another cluster', { ClusterIdentifier: 'other', Database }, "Redshift endpoint doesn't exist in this region."],
    ['secret and user', { ...CLUSTER, SecretArn: SECRET, DbUser: 'awsuser' }, 'SecretArn and DbUser cannot both be specified.'],
    ['another secret', { ...CLUSTER, SecretArn: `${SECRET}x` }, "Secrets Manager can't find the specified secret."],
    ['a workgroup', { WorkgroupName: 'serverless', Database }, "Redshift endpoint doesn't exist in this region."],
    ['a statement that is too long', { ...CLUSTER, Sql: `select '${'é'.repeat(50_000)}'` }, '100 KB'],
    ['an empty statement', { ...CLUSTER, Sql: ' ' }, 'Sql must be specified.'],
    ['a parameter of no use', { ...CLUSTER, Sql: "select ':a'", Parameters: [{ name: 'a', value: '1' }] }, 'Unused parameters: [a]'],
    ['a parameter in UNLOAD', { ...CLUSTER, Sql: "unload ('select :a') to 's3://b/p'", Parameters: [{ name: 'a', value: '1' }] }, 'Unused parameters: [a]'],
    ['an empty parameter', { ...CLUSTER, Sql: 'select :a', Parameters: [{ name: 'a', value: '' }] }, 'a value that is not empty: "a"'],
    ['a long wait', { ...CLUSTER, WaitTimeSeconds: 31 }, 'WaitTimeSeconds'],
    ['a long client token', { ...CLUSTER, ClientToken: 'x'.repeat(65) }, 'ClientToken'],
  ])('%s', async (_, input, message) => {
    await expect(bed.data.send(new ExecuteStatementCommand({ Sql: 'select 1', ...input } as never)))
      .rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining(message) });
  });

  test('a secret that is there and a user are taken', async () => {
    expect(await bed.run('select 1', { SecretArn: SECRET })).toMatchObject({ Status: 'FINISHED', SecretArn: SECRET });
    expect(await bed.run('select 1', { DbUser: 'analyst' })).toMatchObject({ Status: 'FINISHED', DbUser: 'analyst' });
  });

  test('an id that is unknown or none', async () => {
    const Id = '00000000-0000-4000-8000-000000000000';
    await expect(bed.data.send(new DescribeStatementCommand({ Id }))).rejects.toMatchObject({ name: 'ResourceNotFoundException', ResourceId: Id });
    await expect(bed.data.send(new DescribeStatementCommand({ Id: 'x' }))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('an operation that is not there is named', async () => {
    await expect(bed.data.send(new ListTablesCommand({ ...CLUSTER }))).rejects.toThrow('not in local mode: the Redshift Data API operation "ListTables"');
  });
});

test('statements are listed, newest first, by name and status', async () => {
  for (const name of ['crawl-1', 'crawl-2', 'other']) await bed.run('select 1', { StatementName: name });
  await bed.run('select nothing', { StatementName: 'crawl-3' });
  const names = async (more: object) => (await bed.data.send(new ListStatementsCommand(more))).Statements!.map(statement => statement.StatementName);
  expect(await names({ StatementName: 'crawl' })).toEqual(['crawl-3', 'crawl-2', 'crawl-1']);
  expect(await names({ StatementName: 'crawl', Status: 'FAILED' })).toEqual(['crawl-3']);
  const { Statements, NextToken } = await bed.data.send(new ListStatementsCommand({ StatementName: 'crawl', MaxResults: 2 }));
  expect(Statements).toHaveLength(2);
  expect(await names({ StatementName: 'crawl', MaxResults: 2, NextToken })).toEqual(['crawl-1']);
});

describe('planned faults', () => {
  test('refuse a call by its number', async () => {
    failures.add({ matching: /refused/, nth: 2, outcome: { type: 'REFUSE', exception: 'ActiveStatementsExceededException', message: 'too many' } });
    failures.add({ matching: /refused/, nth: 3, outcome: { type: 'REFUSE', exception: 'ThrottlingException' } });
    await bed.execute('select 1 as refused');
    await expect(bed.execute('select 2 as refused')).rejects.toMatchObject({ name: 'ActiveStatementsExceededException', message: 'too many' });
    await expect(bed.execute('select 3 as refused')).rejects.toMatchObject({ name: 'ThrottlingException' });
    await bed.execute('select 4 as refused');
  });

  test('refuse to describe', async () => {
    const Id = await bed.execute('select 1 as described');
    failures.add({ operation: 'DescribeStatement', matching: /described/, outcome: { type: 'REFUSE', exception: 'ThrottlingException' } });
    await expect(bed.data.send(new DescribeStatementCommand({ Id }))).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(await bed.ended(Id)).toMatchObject({ Status: 'FINISHED' });
  });

  test('fail, abort and slow down statements', async () => {
    failures.add({ matching: /failing/, times: 2, outcome: { type: 'FAIL', error: 'disk full' } });
    failures.add({ matching: /aborted/, outcome: { type: 'ABORT' } });
    failures.add({ matching: /slow/, outcome: { type: 'SLOW', describes: 2 } });
    expect(await bed.run('select 1 as failing')).toMatchObject({ Status: 'FAILED', Error: 'ERROR: disk full' });
    expect(await bed.run('select 1 as failing')).toMatchObject({ Status: 'FAILED' });
    expect(await bed.run('select 1 as failing')).toMatchObject({ Status: 'FINISHED' });
    expect(await bed.run('select 1 as aborted')).toMatchObject({ Status: 'ABORTED' });
    const Id = await bed.execute('select 1 as slow');
    const statuses: string[] = [];
    for (let index = 0; index < 3; index++) statuses.push((await bed.data.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 5 }))).Status!);
    expect(statuses).toEqual(['STARTED', 'STARTED', 'FINISHED']);
  });

  test('that do not fit are refused', () => {
    expect(() => failures.add({ operation: 'DescribeStatement', outcome: { type: 'HANG' } })).toThrow('"HANG" does not fit the operation DescribeStatement');
  });
});

describe('the cluster', () => {
  const roles = async () => {
    const { Clusters } = await bed.redshift.send(new DescribeClustersCommand({ ClusterIdentifier: 'lookout' }));
    return Clusters![0].IamRoles!.map(role => [role.IamRoleArn, role.ApplyStatus]);
  };
  const added = 'arn:aws:iam::123456789012:role/service-role/A_b&c'.replace('&', '+');

  test('attaches and detaches roles, which takes a moment', async () => {
    const { Cluster } = await bed.redshift.send(new ModifyClusterIamRolesCommand({ ClusterIdentifier: 'lookout', AddIamRoles: [added] }));
    expect(Cluster!.IamRoles).toContainEqual({ IamRoleArn: added, ApplyStatus: 'adding' });
    expect(await roles()).toEqual([[ROLE, 'in-sync'], [added, 'adding']]);
    expect(await roles()).toEqual([[ROLE, 'in-sync'], [added, 'in-sync']]);
    await bed.redshift.send(new ModifyClusterIamRolesCommand({ ClusterIdentifier: 'lookout', RemoveIamRoles: [added] }));
    expect(await roles()).toEqual([[ROLE, 'in-sync'], [added, 'removing']]);
    expect(await roles()).toEqual([[ROLE, 'in-sync']]);
  });

  test('is described', async () => {
    const { Clusters } = await bed.redshift.send(new DescribeClustersCommand({}));
    expect(Clusters).toMatchObject([{ ClusterIdentifier: 'lookout', DBName: 'l4mdemo', ClusterStatus: 'available', Endpoint: { Port: 5439 } }]);
  });

  test('of another name is not found', async () => {
    await expect(bed.redshift.send(new DescribeClustersCommand({ ClusterIdentifier: 'other' }))).rejects.toMatchObject({ name: 'ClusterNotFoundFault' });
    await expect(bed.redshift.send(new ModifyClusterIamRolesCommand({ ClusterIdentifier: 'other', AddIamRoles: [added] })))
      .rejects.toMatchObject({ name: 'ClusterNotFoundFault' });
  });
});
