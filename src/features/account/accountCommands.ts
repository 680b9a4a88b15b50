import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import type { Organization } from '../../api/wire';
import { describeError, type Log } from '../../base/log';
import { escapeIcons, printable } from '../../base/text';
import type { CommandTargets } from '../../ui/commandTargets';
import { inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import { SignIn, type SignInDeps } from './signIn';

export interface AccountCommandsDeps extends SignInDeps {
  readonly client: Pick<CelestoClient, 'organizations'>;
  readonly log: Log;
  readonly targets: CommandTargets;
}

/** Commands for signing in and out and for the organization. */
export class AccountCommands {
  constructor(private readonly deps: AccountCommandsDeps) {}

  readonly signIn: Handler = async () => {
    const user = await new SignIn(this.deps).run();
    if (user === undefined) return;
    void inform(vscode.l10n.t('Signed in to Celesto as {0}.', printable(user.email)));
    void this.listOrganizations().catch((error: unknown) =>
      this.deps.log.info(`the organizations are not known: ${describeError(error)}`),
    );
  };

  readonly signOut: Handler = async () => {
    await this.deps.account.signOut();
    void inform(vscode.l10n.t('Signed out of Celesto. Open terminals stay connected.'));
  };

  readonly switchOrganization: Handler = async () => {
    const { account, targets } = this.deps;
    await targets.ensureSignedIn();
    const current = account.organization?.id;
    const ownOfKey: OrganizationItem = {
      label: vscode.l10n.t('The organization of the API key'),
      description: current === undefined ? vscode.l10n.t('current') : '',
      organization: undefined,
    };
    const items = this.listOrganizations().then((organizations) => [
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

  private async listOrganizations(): Promise<readonly Organization[]> {
    const organizations = await this.deps.client.organizations();
    await this.deps.account.rememberOrganizations(organizations);
    return organizations;
  }
}

interface OrganizationItem extends vscode.QuickPickItem {
  readonly organization: Organization | undefined;
}
