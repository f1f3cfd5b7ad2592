// SPDX-License-Identifier: Apache-2.0

import { awscdk, github, javascript } from 'projen';

/**
 * Everything that a maintainer changes before the first release stands here, and nowhere else.
 */
const RELEASE = {
  author: 'cdk-redshift-lookout authors',
  authorAddress: 'cdk-redshift-lookout@example.com',
  repositoryUrl: 'https://github.com/cdk-redshift-lookout/cdk-redshift-lookout.git',
  npmName: 'cdk-redshift-lookout',
  pypi: { distName: 'cdk-redshift-lookout', module: 'cdk_redshift_lookout' },
  maven: {
    javaPackage: 'io.github.cdkredshiftlookout',
    mavenGroupId: 'io.github.cdkredshiftlookout',
    mavenArtifactId: 'cdk-redshift-lookout',
    mavenServerId: 'central-ossrh',
  },
  go: { moduleName: 'github.com/cdk-redshift-lookout/cdk-redshift-lookout-go', packageName: 'redshiftlookout' },
};

/**
 * Lambda handlers, one folder each in `handlers/`, bundled at build time into `assets/<name>/index.mjs`. The user's synth bundles
 * nothing. The embedded cloud runs these same files.
 */
const HANDLERS = ['crawl', 'detector', 'detect', 'service'];

/**
 * Public holidays, for the few detectors that know them: a file beside the handler `detect`, which loads it when it meets such a detector,
 * as the command line does. Their data has a licence of its own (THIRD-PARTY-NOTICES.md).
 */
const HOLIDAYS = {
  package: 'date-holidays',
  file: 'assets/detect/holidays.mjs',
  licence: 'assets/detect/holidays.LICENSE.txt',
  /** What a bundle in a folder of `assets/` imports in place of the package. */
  insteadOfPackage: (path: string): Record<string, string | boolean> => ({ '--alias:date-holidays': path, [`--external:${path}`]: true }),
};

/**
 * Credential providers that the SDK's default chain can load, and that no Lambda function uses (its credentials are in its environment).
 * Left out they save 85 KB in each bundle.
 */
const ABSENT_CREDENTIAL_PROVIDERS = [
  'credential-provider-sso', 'credential-provider-ini', 'credential-provider-process', 'credential-provider-web-identity',
];

/**
 * What the tests need on GitHub's Ubuntu beside Node and Python, as `.ci/run` installs it on Debian: Java 17 and Go 1.25 for two examples, and
 * PostgreSQL 15 from its own packages, which Ubuntu has in another version.
 */
const TEST_PROGRAMS: github.workflows.JobStep[] = [
  { name: 'Setup Java', uses: 'actions/setup-java@v6.0.0', with: { 'distribution': 'corretto', 'java-version': '17' } },
  { name: 'Setup Go', uses: 'actions/setup-go@v7.0.0', with: { 'go-version': '^1.25.0', 'cache': false } },
  {
    name: 'Install PostgreSQL 15',
    run: [
      'sudo apt-get update -qq',
      'sudo apt-get install -y -qq postgresql-common',
      'sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y',
      'sudo apt-get install -y -qq postgresql-15',
    ].join('\n'),
  },
];

const project = new awscdk.AwsCdkConstructLibrary({
  name: RELEASE.npmName,
  description: 'Anomaly detection on Amazon Redshift queries: the custom connector for Amazon Lookout for Metrics as a CDK construct, with a detection service of its own.',
  author: RELEASE.author,
  authorAddress: RELEASE.authorAddress,
  repositoryUrl: RELEASE.repositoryUrl,
  license: 'Apache-2.0',
  keywords: ['aws', 'cdk', 'redshift', 'lookout-for-metrics', 'anomaly-detection', 'time-series', 'unload'],
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,

  // 2.240.0 is the first version with current runtimes for the framework's own functions, typed Redshift references
  // (`aws-cdk-lib/interfaces`) and NODEJS_24_X, after the change of log group types in 2.235.
  cdkVersion: '2.240.0',
  constructsVersion: '10.5.1',
  jsiiVersion: '~6.0.0',
  majorVersion: 0,
  stability: 'experimental',
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '24',
  buildWorkflowOptions: { preBuildSteps: TEST_PROGRAMS },
  releaseWorkflowSetupSteps: TEST_PROGRAMS,

  publishToPypi: RELEASE.pypi,
  publishToMaven: RELEASE.maven,
  publishToGo: RELEASE.go,

  lambdaAutoDiscover: false,
  edgeLambdaAutoDiscover: false,
  lambdaExtensionAutoDiscover: false,
  integrationTestAutoDiscover: false,
  sampleCode: false,
  docgen: true,
  compat: false, // until there is a first release to compare with

  eslintOptions: { dirs: ['src'], devdirs: ['test', 'handlers', 'cli', 'local', 'examples/typescript', 'bench', 'scripts'], prettier: false, commandOptions: { fix: false } },
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: ['src/**/*.ts', 'test/**/*.ts', 'handlers/**/*.ts', 'cli/**/*.ts', 'local/**/*.ts', 'bench/**/*.ts', 'examples/typescript/**/*.ts', 'scripts/**/*.ts', '.projenrc.ts'],
    exclude: ['node_modules', '**/cdk.out', 'lib', 'dist', 'assets', 'demo-output', '.tmp'],
    compilerOptions: {
      target: 'ES2023',
      lib: ['es2023'],
      module: 'preserve',
      moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
      types: ['node', 'jest', 'aws-lambda'],
      // the example imports the library by its name, as every user's app does
      paths: { 'cdk-redshift-lookout': ['./src'] },
    },
  },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      testTimeout: 60_000,
      maxWorkers: 3, // on two cores: many tests wait for a process, a clock or the network
      collectCoverage: false,
      testSequencer: '<rootDir>/test/longest-first.js',
      setupFilesAfterEnv: ['<rootDir>/test/equal-bytes.js'],
      modulePathIgnorePatterns: ['<rootDir>/.tmp/', '<rootDir>/dist/'], // copies of the examples, with package.json
    },
    junitReporting: false,
  },

  devDeps: [
    // the AWS clients that the handlers call; all of them are bundled, none is taken from the Lambda runtime
    '@aws-sdk/client-lookoutmetrics@3.918.0', // the last release
    '@aws-sdk/client-redshift-data',
    '@aws-sdk/client-redshift',
    '@aws-sdk/client-redshift-serverless',
    '@aws-sdk/client-eventbridge', // alerts as events
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/util-dynamodb',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-sns',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-sfn',
    '@aws-sdk/credential-providers', // assumes the roles that API callers pass (RoleArn)
    '@aws-lambda-powertools/logger',
    '@aws-lambda-powertools/metrics',
    '@smithy/types',
    '@smithy/protocol-http',
    'csv-parse', // a second CSV reader, which tests and benchmarks compare ours with
    'date-holidays', // public holidays of 207 countries; kept up, and bundled into a file of its own that daily detectors with a country load
    '@date-fns/tz', // offsets of time zones; tree-shaken, where luxon adds 69 KB to each bundle
    '@types/aws-lambda',
    'esbuild', // explicit, or projen floats it
    // the embedded cloud
    '@electric-sql/pglite',
    'aws-local-stepfunctions',
    'dynalite',
    'selfsigned', // the custom resource framework answers CloudFormation over https only
    'tsx',
    'node@^24', // Lambda's runtime; first on the scripts' PATH
    // tests
    '@swc/core@1.16.0', // of later versions the registry lacks some optional platform packages, which fails `npm ci`
    '@swc/jest', // understands the bundler's module resolution, which ts-jest does not
    'asl-validator',
    'fast-check',
    'linkinator', // resolves the documents' links to other people's pages: redirects, parts of pages, pages that are gone with status 200, retries
    'pg', // ring 2 runs SQL on PostgreSQL itself
    '@types/pg',
    'aws-cdk@^2', // 3.x refuses the assembly of aws-cdk-lib 2.x
    '@types/node@^24',
  ],
  gitignore: ['/demo-output/', '.jsii.tabl.json', 'cdk.out/', '.venv/', '*.tgz', '/.tmp/', '__pycache__/'],
});

// `npm ci` fails on unrs-resolver 1.13.0: some of its optional platform packages are missing from the registry.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// jest runs TypeScript through swc; types are checked by `typecheck`.
project.jest!.config.transform = { '^.+\\.[t]sx?$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }] };
project.deps.removeDependency('ts-jest');

// every TypeScript file belongs to tsconfig.dev.json, which the linter's own search for a tsconfig.json does not find
project.eslint!.config.parserOptions = { ...project.eslint!.config.parserOptions, projectService: false, project: './tsconfig.dev.json' };
// its own package name is resolved by the compiler's paths, which checks it too
project.eslint!.addOverride({ files: ['examples/typescript/**'], rules: { 'import/no-unresolved': 'off' } });

const typecheck = project.addTask('typecheck', {
  description: 'Checks the types of handlers, embedded cloud and tests, which neither esbuild nor swc does',
  exec: 'tsc --noEmit -p tsconfig.dev.json',
});
project.preCompileTask.spawn(typecheck);
// what an earlier compilation left of a source that is gone or moved would be packed, and can take the place of what is there now
project.compileTask.prependExec('rm -rf lib');
project.compileTask.exec('tsx scripts/package-readme.ts'); // README's links, for who has the package only

// the snippets in README and in the documentation of props, which the packages for Python, Java and Go show in their language
const snippets = project.addTask('snippets', {
  description: 'Compiles the snippets that the packages show, and translates them',
  exec: 'jsii-rosetta extract --strict --compile',
});
project.postCompileTask.spawn(snippets);

/** Bundles are copied into users' accounts without the package around them. Dependencies that are CommonJS inside ask for `require`. */
const BANNER = '/*! cdk-redshift-lookout, Apache-2.0. Other people\'s work in this file: THIRD-PARTY-NOTICES.md of the npm package. */\n'
  + "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** What all bundles have in common: ES modules with everything in them. */
const BUNDLE = { platform: 'node', format: 'esm', minify: true, externals: [], sourcemap: false, watchTask: false, mainFields: ['module', 'main'] };

for (const handler of HANDLERS) {
  project.bundler.addBundle(`handlers/${handler}/index.ts`, {
    ...BUNDLE,
    target: 'node22',
    outfile: `../../../${handler}/index.mjs`, // assets/<handler>/index.mjs
    tsconfigPath: 'tsconfig.dev.json',
    esbuildArgs: {
      ...Object.fromEntries(ABSENT_CREDENTIAL_PROVIDERS.map(name => [`--alias:@aws-sdk/${name}`, './handlers/shared/absent-credential-provider.ts'])),
      ...handler === 'detect' && HOLIDAYS.insteadOfPackage('./holidays.mjs'),
    },
    banner: BANNER,
  });
}

/** The published command line, which users run with the Node.js that they have. */
const CLI = 'assets/cli/index.mjs';
const cli = project.bundler.addBundle('cli/index.ts', {
  ...BUNDLE,
  target: 'node20',
  outfile: '../../cli/index.mjs',
  tsconfigPath: 'tsconfig.dev.json',
  esbuildArgs: HOLIDAYS.insteadOfPackage('../detect/holidays.mjs'),
  banner: `#!/usr/bin/env node\n${BANNER}`,
});
// npm makes a command executable when it installs it; jsii, for the command that a wheel brings, runs the file as it is in the tarball
cli.bundleTask.exec(`node -e "fs.chmodSync('${CLI}', 0o755)"`);
project.bundler.addBundle(`node_modules/${HOLIDAYS.package}/src/index.js`, {
  ...BUNDLE,
  target: 'node20', // the command line loads it too
  outfile: '../../../../detect/holidays.mjs',
  // the time zones of all times would add 660 KB, and holidays are days
  esbuildArgs: { '--alias:moment-timezone': 'moment-timezone/builds/moment-timezone-with-data-10-year-range.js' },
  banner: BANNER,
});
project.bundler.bundleTask.exec(`node -e "fs.copyFileSync('node_modules/${HOLIDAYS.package}/LICENSE', '${HOLIDAYS.licence}')"`);
project.bundler.bundleTask.exec('tsx scripts/sample-data.ts'); // the files that SampleWarehouse loads
// the store of `npm run lookout`, which runs bundles only; no function has it, so it is not in assets/
project.bundler.bundleTask.exec('esbuild handlers/lookout/memory-store.ts --bundle --platform=node --format=esm --outfile=.tmp/bundles/memory-store.mjs --log-level=error');
project.package.addBin({ 'cdk-redshift-lookout': CLI });

// the tarball holds lib/, assets/, the assembly, and the documents with what they link to: nothing else of how they are made
project.npmignore!.addPatterns(
  '/handlers/', '/cli/', '/local/', '/bench/', '/scripts/*', '!/scripts/cost/', '/scripts/cost/*.ts', '/.ci/', '/rosetta/', '/.npmrc', '/demo-output/', '/.tmp/',
  '/tsconfig.dev.json', '/.projenrc.ts', '/assets/**/*.map',
  // of examples that somebody has built here
  ...['node_modules', 'cdk.out', 'build', 'target', '.venv', '__pycache__', 'package-lock.json', 'go.sum'].map(name => `/examples/*/${name}`),
);

// what the packages were made with, beside them in dist/; the packages of which code is in the bundles are in THIRD-PARTY-NOTICES.md
project.packageTask.exec('npm sbom --sbom-format cyclonedx > dist/sbom.cdx.json');

// README's two commands. They install what is missing first, so they also run on a clone that has no node_modules yet.
project.setScript('demo', 'node scripts/run.mjs demo');
project.setScript('test', 'node scripts/run.mjs test');
project.setScript('packages', 'node scripts/run.mjs packages');
project.setScript('test:ring2', 'node scripts/run.mjs test test/ring2');
project.setScript('test:faults', 'node scripts/run.mjs test test/faults');
project.setScript('test:languages', 'node scripts/run.mjs test test/languages');
project.setScript('test:fuzz', 'node scripts/run.mjs fuzz');
project.setScript('test:static', 'node scripts/run.mjs static');
project.setScript('lookout', 'node scripts/run.mjs lookout');
project.setScript('links', 'node scripts/run.mjs links');

project.buildWorkflow!.addPostBuildSteps({ name: 'Templates under cfn-lint and cdk-nag, oldest and newest CDK', run: 'npm run test:static' });

// other people's pages go away without a change of ours: once a week too
const links = project.github!.addWorkflow('links');
links.on({ pullRequest: {}, schedule: [{ cron: '0 6 * * 1' }], workflowDispatch: {} });
links.addJob('links', {
  runsOn: ['ubuntu-latest'],
  permissions: { contents: github.workflows.JobPermission.READ },
  steps: [
    github.WorkflowSteps.checkout(),
    ...project.renderWorkflowSetup({ mutable: false }),
    { name: 'Resolve the links', run: 'npm run links -- --require-network' },
  ],
});

project.addTask('bench', { description: 'Quality, speed and memory beside named peers (docs/detection.md)', exec: 'tsx bench/index.ts', receiveArgs: true });

project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');

project.synth();
