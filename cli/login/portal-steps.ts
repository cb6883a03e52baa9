/**
 * What to click before the first sign-in. X shows a page without a way back when the callback URL differs by a letter, so
 * these lines come first. https://docs.x.com/fundamentals/developer-apps
 */
export function portalSteps(redirectUri: string): string[] {
  return [
    'Set up your app at https://console.x.com once:',
    '  1. Create an app, or open yours, and go to its "User authentication settings".',
    '  2. App permissions: Read and write. Type of app: Web App, Automated App or Bot.',
    '  3. Callback URI, exactly:',
    '',
    `       ${redirectUri}`,
    '',
    '     Website URL: any of yours.',
    '  4. Save. X shows the client ID and the client secret once: copy both.',
    '  5. Add credits: without them, X answers 402.',
    '',
  ]
}
