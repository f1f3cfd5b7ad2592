// SPDX-License-Identifier: Apache-2.0

/** The commands in the documents: where they stand, and what each has to stand up to. */
import { blocks, prose, read } from './documents';

/** A command, and the document that it stands in. */
export interface DocumentedCommand {
  readonly document: string;
  readonly words: readonly string[];
}

/** Blocks that hold commands, and blocks that hold none. A block of anything else is an error. */
const SHELL = new Set(['console', 'sh', '']);
const CODE = /^(ts( nofixture)?|js|python|java|go|json|sql|text)$/;
/** What a command in a sentence begins with. */
const BEGINNING = /^(npm|npx|tsx|jest|projen|node|git|aws|pip|python3|go|mvn|cdk|export|backtest|cdk-redshift-lookout|\.ci\/run)(\s|$)/;
/** Names of programs that a sentence may tell of without running them. */
const BARE_NAMES = /^(npm|npx|tsx|jest|projen|node|git|aws|pip|python3|go|mvn|cdk|backtest|cdk-redshift-lookout)$/;

/** Words of a command line: what is between quotes is one word. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) => double ?? single!));
}

/** @throws when a block says nothing of what it is */
export function commandsOf(document: string): DocumentedCommand[] {
  const text = read(document);
  const fenced = blocks(text).flatMap(({ info, text: code }) => {
    if (SHELL.has(info)) return code.replace(/\\\n\s*/g, '').split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'));
    if (!CODE.test(info)) throw new Error(`${document} has a block of ${JSON.stringify(info)}: add it to what holds commands, or to what holds none`);
    return [];
  });
  const inline = [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span).filter(span => BEGINNING.test(span) && !BARE_NAMES.test(span));
  return [...fenced, ...inline].map(line => ({ document, words: wordsOf(line) }));
}
