import type { Window } from './window';

/** Signs in with the key of the environment, and agrees to send it to the address of the environment, as a user does. */
export async function signInWithEnvironment(window: Window): Promise<void> {
  const { dialog, notifications, quickInput } = window;
  await window.tree('Computers').pressWelcomeButton('Sign In');
  await quickInput.choose('Use the key in CELESTO_API_KEY');
  await dialog.waitFor(/Send the key in CELESTO_API_KEY to /);
  await dialog.press('Send Key');
  await notifications.waitFor(signedIn);
  await notifications.close(signedIn);
}

const signedIn = /^Signed in to Celesto as /;
