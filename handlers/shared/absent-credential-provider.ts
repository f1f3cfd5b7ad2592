// SPDX-License-Identifier: Apache-2.0

/**
 * Stands in the bundles for the credential providers of the SDK's default chain that read profiles, start processes or sign in
 * through a browser: a Lambda function has its credentials in the environment. Each export fails with words if it is ever reached.
 */
function absent(): never {
  throw new Error('this credential provider is not part of the bundle: a Lambda function takes its credentials from its environment');
}

export const fromSSO = absent;
export const fromIni = absent;
export const fromProcess = absent;
export const fromTokenFile = absent;
export const fromWebToken = absent;
export const isSsoProfile = (): boolean => false;
export const validateSsoProfile = absent;
