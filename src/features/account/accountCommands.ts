import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { CelestoClient } from '../../api/client';
import type { Organization } from '../../api/wire';
import { escapeIcons, printable } from '../../base/text';
import type { CommandTargets } from '../../ui/commandTargets';
import { inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import { askForApiKey, type CheckKey } from './signIn';

export interface AccountCommandsDeps {
  readonly account: Account;
  readonly client: Pick<CelestoClient, 'organizations'>;
  readonly checkKey: CheckKey;
  readonly targets: CommandTargets;
}

/** Commands for signing in and out and for the organization. */
export class AccountCommands {
  constructor(private readonly deps: AccountCommandsDeps) {}

  readonly signIn: Handler = async () => {
    const { account, checkKey } = this.deps;
    // Throws for an unusable address before the user pastes a key.
    account.baseUrl();
    const user = await askForApiKey(account, checkKey);
    if (user) void inform(vscode.l10n.t('Signed in to Celesto as {0}.', printable(user.email)));
  };

  readonly signOut: Handler = async () => {
    await this.deps.account.signOut();
    void inform(vscode.l10n.t('Signed out of Celesto. Open terminals stay connected.'));
  };

  readonly switchOrganization: Handler = async () => {
    const { account, client, targets } = this.deps;
    await targets.ensureSignedIn();
    const current = account.organization?.id;
    const ownOfKey: OrganizationItem = {
      label: vscode.l10n.t('The organization of the API key'),
      description: current === undefined ? vscode.l10n.t('current') : '',
      organization: undefined,
    };
    const items = client.organizations().then((organizations) => [
      ownOfKey,
      ...organizations.map((organization) => ({
        label: escapeIcons(printable(organization.name)),
        description:
          organization.id === current ? vscode.l10n.t('current') : escapeIcons(printable(organization.id)),
        organization: { id: organization.id, name: printable(organization.name) },
      })),
    ]);
    const chosen = await vscode.window.showQuickPick<OrganizationItem>(items, {
      title: vscode.l10n.t('Switch Organization'),
    });
    if (chosen && chosen.organization?.id !== current) await account.setOrganization(chosen.organization);
  };
}

interface OrganizationItem extends vscode.QuickPickItem {
  readonly organization: Organization | undefined;
}
