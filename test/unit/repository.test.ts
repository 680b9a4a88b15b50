import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { load } from 'js-yaml';
import { launchConfigurations, matcherOf, tasks, workspaceFile } from '../harness/workspaceFiles';
import { projectFolder } from '../tools/paths';
import { manifest } from './support/manifest';
import { read, sources } from './support/sources';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job extends Step {
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface IssueForm {
  readonly name: string;
  readonly description: string;
  readonly body: readonly { readonly type: string; readonly id?: string }[];
}

const namesIn = (folder: string): string[] =>
  readdirSync(join(projectFolder, folder)).map((name) => `${folder}/${name}`);

const workflowFiles = namesIn('.github/workflows');
const workflows = workflowFiles.map((path) => ({ path, ...(load(read(path)) as Workflow) }));
const jobs = workflows.flatMap((workflow) => Object.values(workflow.jobs));

describe('the workflows', () => {
  it('pin every action by the hash of a commit, with its version in a comment', () => {
    const uses = workflowFiles.flatMap((path) =>
      [...read(path).matchAll(/^[\s-]*uses: (.*)$/gm)].map(([, action]) => action!),
    );
    const remote = uses.filter((action) => !action.startsWith('./'));
    assert.deepEqual(
      remote.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)),
      [],
    );
    const declared = jobs.flatMap(({ uses, steps = [] }) => [uses, ...steps.map((step) => step.uses)]);
    assert.equal(declared.filter(Boolean).length, uses.length);
  });

  it('call only workflows of this repository that exist', () => {
    const local = jobs.flatMap(({ uses }) => uses ?? []);
    assert.deepEqual(
      local.filter((path) => !existsSync(join(projectFolder, path))),
      [],
    );
  });

  it('may read the repository, and write only where a job says so', () => {
    for (const { path, permissions } of workflows) assert.deepEqual(permissions, { contents: 'read' }, path);
    const writing = jobs.filter(({ permissions }) => permissions !== undefined);
    assert.deepEqual(
      writing.map(({ environment }) => environment),
      ['release'],
    );
  });

  it('have a time limit for every job of their own', () => {
    for (const job of jobs) assert.ok(job.uses !== undefined || job['timeout-minutes'] !== undefined);
  });

  it('use no input of others in a script', () => {
    const scripts = jobs.flatMap(({ steps = [] }) => steps.flatMap(({ run }) => run ?? []));
    assert.deepEqual(
      scripts.filter((script) => script.includes('${{')),
      [],
    );
    assert.ok(scripts.length > 5);
  });
});

describe('dependabot', () => {
  it('covers every folder that has packages, and the actions', () => {
    const { updates } = load(read('.github/dependabot.yml')) as {
      updates: { 'package-ecosystem': string; directories: string[] }[];
    };
    const covered = updates.map((update) => [update['package-ecosystem'], ...update.directories]);
    assert.deepEqual(covered, [
      ['npm', '/', '/.github/publish'],
      ['github-actions', '/'],
    ]);
    for (const folder of covered[0]!.slice(1))
      assert.ok(existsSync(join(projectFolder, folder, 'package-lock.json')), folder);
  });
});

describe('the issue forms', () => {
  const forms = namesIn('.github/ISSUE_TEMPLATE').filter((path) => !path.endsWith('/config.yml'));

  for (const path of forms)
    it(`${path} has a title, a description and fields with ids of their own`, () => {
      const { name, description, body } = load(read(path)) as IssueForm;
      assert.ok(name && description);
      const fields = body.filter(({ type }) => type !== 'markdown').map(({ id }) => id);
      assert.ok(fields.length > 0 && !fields.includes(undefined));
      assert.equal(new Set(fields).size, fields.length);
    });
});

describe('the workspace of VS Code', () => {
  it('launches after tasks that exist', () => {
    const labels = tasks.map(({ label }) => label);
    for (const { name, preLaunchTask } of launchConfigurations)
      assert.ok(preLaunchTask === undefined || labels.includes(preLaunchTask), name);
  });

  it('has one problem matcher for all background tasks', () => {
    const matchers = tasks.filter(({ isBackground }) => isBackground).map(matcherOf);
    assert.equal(matchers.length, 2);
    assert.deepEqual(matchers[0], matchers[1]);
  });

  it('has settings and recommendations that can be read', () => {
    assert.ok(Object.keys(workspaceFile('settings.json') as object).length > 0);
    const { recommendations } = workspaceFile('extensions.json') as { recommendations: string[] };
    for (const id of recommendations) assert.match(id, /^[\w-]+\.[\w-]+$/);
  });
});

describe('npm scripts', () => {
  const documents = [
    ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', '.github/pull_request_template.md'],
    ...workflowFiles,
  ];

  it('exist wherever a document, a workflow or a task names one', () => {
    const named = documents.flatMap((path) =>
      [...read(path).matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(([, run, own]) => run ?? own!),
    );
    const ofTasks = tasks.flatMap(({ script }) => script ?? []);
    assert.deepEqual(
      [...named, ...ofTasks].filter((name) => !(name in manifest.scripts)),
      [],
    );
    assert.ok(named.length > 5 && ofTasks.length > 1);
  });

  it('run files that exist', () => {
    const files = Object.values(manifest.scripts).flatMap((script) => /^node (\S+)/.exec(script)?.[1] ?? []);
    assert.deepEqual(
      files.filter((file) => !existsSync(join(projectFolder, file))),
      [],
    );
  });
});

describe('CONTRIBUTING.md', () => {
  const contributing = read('CONTRIBUTING.md');
  const quoted = [...contributing.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);

  it('names only files and folders that exist', () => {
    const words = quoted.flatMap((text) => text.split(' '));
    const paths = words.filter((word) => /^(src|test|media|\.vscode|\.github|\.ci)\//.test(word));
    const files = words.filter((word) => /^[\w.-]+\.(json|mjs|md)$/.test(word));
    const links = [...contributing.matchAll(/\]\((?!https:)([^)#]+)\)/g)].map(([, path]) => path!);
    assert.deepEqual(
      [...paths, ...files, ...links].filter((path) => !existsSync(join(projectFolder, path))),
      [],
    );
    assert.ok(paths.length > 50 && files.length > 5 && links.length > 1);
  });

  it('names only types and classes that exist', () => {
    const names = quoted.filter((text) => /^[A-Z][a-z]+([A-Z][a-z]+)*$/.test(text));
    const declared = (name: string): boolean =>
      sources.some(({ ast }) => new RegExp(`\\b(class|interface|type) ${name}\\b`).test(ast.text));
    assert.deepEqual(
      names.filter((name) => !declared(name)),
      [],
    );
    assert.ok(names.length > 2);
  });

  it('shows each of the four flows in five steps', () => {
    const flows = contributing.slice(
      contributing.indexOf('### From a click'),
      contributing.indexOf('## Test'),
    );
    const steps = flows
      .split(/^### /m)
      .slice(1)
      .map((flow) => flow.match(/^\d\. /gm)?.length);
    assert.deepEqual(steps, [5, 5, 5, 5]);
  });
});

describe('the Node of .nvmrc', () => {
  it('is one that the tools admit', () => {
    const [, least] = /minimum = \[(\d+),/.exec(read('test/tools/nodeVersion.mjs')) ?? [];
    assert.equal(read('.nvmrc').trim(), least);
  });
});
