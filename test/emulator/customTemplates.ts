import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { organizations, templates, user } from './catalogue';
import { ApiError, type Times } from './computer';
import { lint, type LintWarning } from './lint';

export type BuildStatus = 'queued' | 'building' | 'ready' | 'failed' | 'needs_rebuild';

/** A template of an organization as answers contain it. Sizes in MB. */
export interface WireCustomTemplate {
  id: string;
  name: string;
  organization_id: string;
  created_by: string;
  project_id: string | null;
  base_template_id: string;
  base_template_version: string;
  build_script: string;
  status: BuildStatus;
  default_vcpus: number;
  default_ram_mb: number;
  default_disk_size_mb: number;
  error: string | null;
  failure: { line: string; line_number: number; exit_code: number; hint: string | null } | null;
  rootfs_size_mb: number | null;
  warnings: LintWarning[];
  created_at: string;
  updated_at: string;
}

/** Body of a call that creates a template. */
export interface TemplateRequest {
  name: string;
  build_script: string;
  base_template_id?: string;
  default_vcpus?: number | null;
  default_ram_mb?: number | null;
  default_disk_size_mb?: number | null;
}

/** Properties of a template that is added to the emulator. */
export interface TemplateSeed {
  name: string;
  /** Default `ready`. */
  status?: BuildStatus;
  script?: string;
  /** Default: the first one. */
  organization?: string;
  /** Text of its build log; default: that of its script. */
  log?: string;
}

/** A line of a build script with this command fails. */
const failingCommand = /^\s*(false|exit [1-9]\d*)\b/;

/** Bytes of a build log that an answer holds. */
const maxLogBytes = 1024 * 1024;

interface Item {
  wire: WireCustomTemplate;
  log: Buffer;
}

/** The templates that organizations build from scripts. A build writes a line of its log for each line of the script. */
export class CustomTemplates {
  private readonly all = new Map<string, Item>();

  constructor(private readonly times: Pick<Times, 'build'>) {}

  list(organization: string): WireCustomTemplate[] {
    const wires = [...this.all.values()].map(({ wire }) => wire);
    return wires.filter(({ organization_id }) => organization_id === organization);
  }

  /** @throws ApiError 404 */
  get(id: string, organization: string): WireCustomTemplate {
    return this.item(id, organization).wire;
  }

  /** The template if there is one and it can be used: a build that fails keeps what an earlier one made. */
  usable(id: string, organization: string): WireCustomTemplate | undefined {
    const found = this.all.get(id)?.wire;
    const isUsable = found?.organization_id === organization && found.rootfs_size_mb !== null;
    return isUsable ? found : undefined;
  }

  create(request: TemplateRequest, organization: string): WireCustomTemplate {
    const item = this.add(request, organization, 'queued');
    void this.build(item);
    return item.wire;
  }

  seed({ name, status = 'ready', script = 'apt-get install -y jq', organization, log }: TemplateSeed) {
    const request = { name, build_script: script };
    const item = this.add(request, organization ?? organizations[0]!.id, status);
    item.log = Buffer.from(log ?? logOf(script));
    if (status === 'ready' || status === 'needs_rebuild') item.wire.rootfs_size_mb = 2048;
    if (status === 'failed') fail(item.wire);
    return item.wire;
  }

  /** @throws ApiError 404, 409 while a build is under way */
  rebuild(id: string, organization: string): WireCustomTemplate {
    const item = this.item(id, organization);
    const { status } = item.wire;
    if (status === 'queued' || status === 'building')
      throw new ApiError(409, 'A build of this template is under way.');
    change(item.wire, { status: 'queued', error: null, failure: null });
    item.log = Buffer.alloc(0);
    void this.build(item);
    return item.wire;
  }

  remove(id: string, organization: string): void {
    this.all.delete(this.item(id, organization).wire.id);
  }

  /** The build log, or its end where it is long; without its text where it has the size that the caller knows. */
  log(id: string, organization: string, knownSize: number | undefined) {
    const { wire, log } = this.item(id, organization);
    const unchanged = knownSize === log.length;
    const offset = Math.max(0, log.length - maxLogBytes);
    return {
      template_id: wire.id,
      status: wire.status,
      log: unchanged ? '' : log.subarray(offset).toString(),
      offset: unchanged ? 0 : offset,
      truncated: !unchanged && offset > 0,
      size: log.length,
      unchanged,
    };
  }

  private item(id: string, organization: string): Item {
    const found = this.all.get(id);
    if (found?.wire.organization_id !== organization) throw new ApiError(404, 'Template not found');
    return found;
  }

  private add(request: TemplateRequest, organization: string, status: BuildStatus): Item {
    const baseId = request.base_template_id ?? 'coding-agent';
    const base = templates.find(({ id }) => id === baseId);
    if (base === undefined) throw new ApiError(400, `There is no template ${baseId}.`);
    const now = new Date().toISOString();
    const wire: WireCustomTemplate = {
      id: `tpl_${randomBytes(6).toString('hex')}`,
      name: request.name,
      organization_id: organization,
      created_by: user.id,
      project_id: null,
      base_template_id: base.id,
      base_template_version: base.version,
      build_script: request.build_script,
      status,
      default_vcpus: request.default_vcpus ?? base.default_vcpus,
      default_ram_mb: request.default_ram_mb ?? base.default_ram_mb,
      default_disk_size_mb: request.default_disk_size_mb ?? base.default_disk_size_mb,
      error: null,
      failure: null,
      rootfs_size_mb: null,
      warnings: lint(request.build_script),
      created_at: now,
      updated_at: now,
    };
    const item = { wire, log: Buffer.alloc(0) };
    this.all.set(wire.id, item);
    return item;
  }

  /** Takes the time of a build, a share of it for each line; the timers do not keep the process alive. */
  private async build(item: Item): Promise<void> {
    const lines = item.wire.build_script.split('\n');
    const wait = () => delay(this.times.build / (lines.length + 1), undefined, { ref: false });
    await wait();
    change(item.wire, { status: 'building' });
    for (const line of lines) {
      item.log = Buffer.concat([item.log, Buffer.from(`+ ${line}\n`)]);
      await wait();
      if (failingCommand.test(line)) break;
    }
    if (lines.some((line) => failingCommand.test(line))) fail(item.wire);
    else change(item.wire, { status: 'ready', rootfs_size_mb: 2048 });
  }
}

function logOf(script: string): string {
  return script
    .split('\n')
    .map((line) => `+ ${line}\n`)
    .join('');
}

function change(wire: WireCustomTemplate, values: Partial<WireCustomTemplate>): void {
  Object.assign(wire, values, { updated_at: new Date().toISOString() });
}

/** Fails the build at the line of the script that does, else at the first one. */
function fail(wire: WireCustomTemplate): void {
  const lines = wire.build_script.split('\n');
  const index = Math.max(
    0,
    lines.findIndex((line) => failingCommand.test(line)),
  );
  const line = lines[index] ?? '';
  const exitCode = Number(/exit (\d+)/.exec(line)?.[1] ?? 1);
  change(wire, {
    status: 'failed',
    error: `Line ${index + 1} of the build script failed with exit code ${exitCode}.`,
    failure: { line, line_number: index + 1, exit_code: exitCode, hint: 'Read the last lines of the log.' },
  });
}
