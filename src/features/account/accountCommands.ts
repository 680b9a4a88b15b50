import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import type { Organization } from '../../api/wire';
import type { Account } from '../../account/account';
import { askForApiKey, type CheckKey } from './signIn';
import { printable, escapeIcons, escapeLinks } from '../../base/text';
import type { Handler } from '../../ui/registerCommands';
import type { Targets } from '../../ui/targets';

/** Signing in and out, and the organization. */
export class AccountCommands {
  constructor(
    private readonly account: Account,
    private readonly client: Pick<CelestoClient, 'organizations'>,
    private readonly check: CheckKey,
    private readonly targets: Targets,
  ) {}

  readonly signIn: Handler = async () => {
    // Says so now, rather than after a key was pasted, if the address cannot be used.
    this.account.baseUrl();
    const user = await askForApiKey(this.account, this.check);
    if (user) {
      void vscode.window.showInformationMessage(
        escapeLinks(vscode.l10n.t('Signed in to Celesto as {0}.', printable(user.email))),
      );
    }
  };

  readonly signOut: Handler = async () => {
    await this.account.signOut();
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Signed out of Celesto. Open terminals stay connected.'),
    );
  };

  readonly switchOrganization: Handler = async () => {
    await this.targets.ensureSignedIn();
    const current = this.account.organization?.id;
    const own: OrganizationItem = {
      label: vscode.l10n.t('The organization of the API key'),
      description: current === undefined ? vscode.l10n.t('current') : '',
      organization: undefined,
    };
    const items = this.client.organizations().then((organizations) => [
      own,
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
    if (chosen && chosen.organization?.id !== current)
      await this.account.setOrganization(chosen.organization);
  };
}

interface OrganizationItem extends vscode.QuickPickItem {
  readonly organization: Organization | undefined;
}
