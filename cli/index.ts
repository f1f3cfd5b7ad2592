// SPDX-License-Identifier: Apache-2.0

/** `cdk-redshift-lookout`: the command that the package installs. Bundled into `assets/cli/index.mjs`. */
import { main } from './main';

void main(process.argv.slice(2)).then(code => { process.exitCode = code; });
