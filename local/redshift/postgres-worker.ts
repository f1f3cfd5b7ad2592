// SPDX-License-Identifier: Apache-2.0

/**
 * PGlite (PostgreSQL in WebAssembly) in a worker thread: the servers go on answering while a query runs, and the thread has Node's own
 * module loader whatever runs the main thread (jest's cannot load PGlite).
 *
 * Node loads this file itself: it may use only such TypeScript as can be stripped, and import nothing of this project but types.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';
import type { PostgresAnswer, PostgresRequest, PostgresSettings } from './postgres-messages';

/** Values travel as the text that PostgreSQL prints, in both directions. */
const asText = Object.fromEntries(Object.values(types).filter(type => typeof type === 'number').map(type => [type, String]));

/** A database out of its saved data directory; undefined when there is none that can be read. */
async function reopen(settings: PostgresSettings): Promise<PGlite | undefined> {
  try {
    const saved = new Blob([await readFile(settings.cacheFile)], { type: 'application/x-tar' });
    return await PGlite.create({ loadDataDir: saved, parsers: asText, serializers: asText });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      process.emitWarning(`${settings.cacheFile} cannot be read and is made anew: ${(error as Error).message}`);
    }
    return undefined;
  }
}

async function save(database: PGlite, cacheFile: string): Promise<void> {
  try {
    const dump = Buffer.from(await (await database.dumpDataDir('none')).arrayBuffer());
    await mkdir(dirname(cacheFile), { recursive: true });
    // others may start at the same time: whoever reads the file finds a whole one
    const unfinished = `${cacheFile}.${process.pid}.${Date.now()}`;
    await writeFile(unfinished, dump);
    await rename(unfinished, cacheFile);
  } catch (error) {
    process.emitWarning(`${cacheFile} cannot be written, so the next start takes as long again: ${(error as Error).message}`);
  }
}

async function start(settings: PostgresSettings): Promise<PGlite> {
  let database = await reopen(settings);
  if (!database) {
    database = await PGlite.create({ parsers: asText, serializers: asText });
    await database.exec(settings.setupSql);
    await save(database, settings.cacheFile);
  }
  await database.exec(settings.sessionSql);
  return database;
}

async function answer(database: PGlite, request: PostgresRequest): Promise<PostgresAnswer> {
  switch (request.type) {
    case 'query': {
      const result = await database.query<(string | null)[]>(request.sql, request.values, { rowMode: 'array' });
      const fields = result.fields.map(field => ({ name: field.name, oid: field.dataTypeID }));
      return { fields, rows: result.rows, affectedRows: result.affectedRows ?? 0 };
    }
    case 'exec':
      await database.exec(request.sql);
      return { fields: [], rows: [], affectedRows: 0 };
    case 'describe': {
      const { resultFields } = await database.describeQuery(request.sql);
      return { fields: resultFields.map(field => ({ name: field.name, oid: field.dataTypeID })), rows: [], affectedRows: 0 };
    }
    case 'copyTo': {
      const result = await database.query(request.sql);
      const csv = new Uint8Array(await result.blob!.arrayBuffer());
      return { fields: [], rows: [], affectedRows: result.affectedRows ?? 0, csv };
    }
    case 'copyFrom': {
      const result = await database.query(request.sql, [], { blob: new Blob([request.csv as Uint8Array<ArrayBuffer>]) });
      return { fields: [], rows: [], affectedRows: result.affectedRows ?? 0 };
    }
  }
}

const started = start(workerData as PostgresSettings);
started.then(
  () => parentPort!.postMessage({ id: 0, answer: { fields: [], rows: [], affectedRows: 0 } }),
  (error: Error) => parentPort!.postMessage({ id: 0, error: { message: error.message } }),
);

parentPort!.on('message', async ({ id, request }: { id: number; request: PostgresRequest }) => {
  try {
    parentPort!.postMessage({ id, answer: await answer(await started, request) });
  } catch (error) {
    const { message, code, detail } = error as Error & { code?: string; detail?: string };
    parentPort!.postMessage({ id, error: { message, code, detail } });
  }
});
