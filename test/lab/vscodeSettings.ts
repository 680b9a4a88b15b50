/** Settings of a quiet VS Code: nothing opens by itself, nothing asks, nothing looks for anything on the network. */
export const quietSettings: Readonly<Record<string, unknown>> = {
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

/** What tests need besides: every terminal has its tab, and everything is drawn in the page, where it can be read. */
export const testSettings: Readonly<Record<string, unknown>> = {
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
