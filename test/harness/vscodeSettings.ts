import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Settings of VS Code by name. */
export type Settings = Readonly<Record<string, unknown>>;

/** Settings of a quiet VS Code: it opens nothing by itself, asks no questions and makes no requests. */
export const quietSettings: Settings = {
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'json.schemaDownload.enable': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'remote.autoForwardPorts': false,
  'window.confirmBeforeClose': 'never',
};

/** Further settings for tests: each terminal has a tab, and the page draws everything in elements that can be read. */
export const testSettings: Settings = {
  ...quietSettings,
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.initialHint': false,
  'terminal.integrated.shellIntegration.enabled': false,
  'terminal.integrated.stickyScroll.enabled': false,
  'terminal.integrated.tabs.hideCondition': 'never',
  'window.dialogStyle': 'custom',
  'window.menuStyle': 'custom',
  'window.titleBarStyle': 'custom',
  'workbench.list.smoothScrolling': false,
};

/** Writes the settings of a user data folder, unless it has settings already. */
export function writeSettings(userData: string, settings: Settings): void {
  const file = join(userData, 'User', 'settings.json');
  if (existsSync(file)) return;
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(file, JSON.stringify(settings, null, 2));
}
