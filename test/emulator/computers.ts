import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Billing } from './billing';
import { organizations, unusedName } from './catalogue';
import {
  ApiError,
  type ComputerRecord,
  type CreateRequest,
  type Origin,
  type Seed,
  type WireComputer,
} from './computer';
import { ComputerStateMachine, type StateMachineDeps } from './computerStateMachine';
import type { CustomTemplates } from './customTemplates';
import { defaultProject } from './projects';
import { newRoute } from './publishedRoute';
import type { Sandbox, SandboxFactory } from './sandbox/sandbox';
import { checkCreateRequest, type Shape, shapeOf } from './shape';
import type { Saved, StateFile } from './state';

export interface ComputersOptions extends Pick<
  StateMachineDeps,
  'times' | 'features' | 'listenAddress' | 'advertiseAddress' | 'publicUrl' | 'log'
> {
  folder: string;
  state: StateFile;
  apiKey: string;
  createSandbox: SandboxFactory;
  billing: Billing;
  customTemplates: CustomTemplates;
}

/** Filters of a list: a computer matches each that is there. */
export interface ComputerFilter {
  status?: string;
  origin?: Origin;
  template_id?: string;
  project_id?: string;
}

/** Circumstances of a create request. */
interface Creation {
  organization: string;
  origin: Origin;
  idempotencyKey?: string | undefined;
}

/** All computers of the service; creates, restores and deletes them. */
export class Computers {
  private readonly all = new Map<string, ComputerStateMachine>();
  private readonly creations: Saved['creations'] = {};
  private readonly options: ComputersOptions;
  private readonly stateMachineDeps: StateMachineDeps;

  constructor(options: ComputersOptions) {
    this.options = options;
    this.stateMachineDeps = {
      times: options.times,
      features: options.features,
      listenAddress: options.listenAddress,
      advertiseAddress: options.advertiseAddress,
      publicUrl: options.publicUrl,
      log: options.log,
      onChanged: () => this.save(),
      onRemoved: (id) => {
        this.all.delete(id);
        this.save();
      },
      usedPorts: () => new Set([...this.all.values()].map(({ record }) => record.port)),
    };
  }

  /** The computers of an organization, oldest first. */
  list(organization: string): WireComputer[] {
    return [...this.all.values()]
      .filter(({ record }) => record.organization === organization)
      .map(({ wire }) => wire);
  }

  /** The computers to list: those of an organization that match, without deleted ones unless these are asked for. */
  find(
    organization: string,
    { status, origin, template_id, project_id }: ComputerFilter,
  ): ComputerStateMachine[] {
    return this.items().filter(({ record }) => {
      const { wire, project = defaultProject(record.organization) } = record;
      const isHidden = this.options.features.hideCiMachines && wire.origin === 'github_ci';
      return (
        record.organization === organization &&
        (status === undefined ? wire.status !== 'deleted' : wire.status === status) &&
        (origin === undefined ? !isHidden : wire.origin === origin) &&
        (template_id ?? wire.template_id) === wire.template_id &&
        (project_id ?? project) === project
      );
    });
  }

  /** All computers. */
  items(): ComputerStateMachine[] {
    return [...this.all.values()];
  }

  /** Finds a computer by id or name, in one organization or in all. @throws ApiError 404 when there is none */
  get(idOrName: string, organization?: string): ComputerStateMachine {
    const matches = ({ record }: ComputerStateMachine): boolean =>
      organization === undefined || record.organization === organization;
    const byId = this.all.get(idOrName);
    if (byId !== undefined && matches(byId)) return byId;
    const byName = [...this.all.values()].find(
      (computer) => computer.record.wire.name === idOrName && matches(computer),
    );
    if (byName === undefined) throw new ApiError(404, 'Computer not found');
    return byName;
  }

  /** The sandbox of a computer. @throws ApiError when there is no such computer or it is a fake. */
  sandbox(idOrName: string): Sandbox {
    const { sandbox } = this.get(idOrName);
    if (sandbox === undefined) throw new ApiError(400, 'This computer is an entry of the list only.');
    return sandbox;
  }

  /**
   * Creates a computer. An idempotency key that was used before returns the computer created then.
   * @throws ApiError when the service's rules do not allow it
   */
  create(request: CreateRequest, { organization, origin, idempotencyKey }: Creation): ComputerStateMachine {
    const key = idempotencyKey === undefined ? undefined : `${organization} ${idempotencyKey}`;
    const text = JSON.stringify(request);
    const earlier = key === undefined ? undefined : this.creations[key];
    if (earlier !== undefined) {
      if (earlier.request !== text)
        throw new ApiError(409, 'This Idempotency-Key was used with another request.');
      return this.get(earlier.id, organization);
    }
    const shape = this.shape(request, organization);
    const { billing, features } = this.options;
    checkCreateRequest(request, shape, { ...features, sizes: features.billingSizes ? billing.sizes : [] });
    billing.check('create', shape.size_id, this.list(organization));
    const computer = this.add(shape, { organization, origin, status: 'creating' });
    if (key !== undefined) this.creations[key] = { request: text, id: computer.id };
    computer.create();
    return computer;
  }

  /** Starts a computer. @throws ApiError where its status or the plan does not allow it */
  start(computer: ComputerStateMachine): WireComputer {
    const { wire, organization } = computer.record;
    computer.requireStartable();
    this.options.billing.check('start', wire.size_id, this.list(organization), wire.id);
    return computer.start();
  }

  /** Adds a computer in any status, whatever the service's rules. Resolves when its machine is in that state. */
  async seed(seed: Seed): Promise<WireComputer> {
    const { template, size, vcpus, ramMb } = seed;
    const shape = this.shape({ template_id: template, size_id: size, vcpus, ram_mb: ramMb });
    const computer = this.add(shape, { ...seed, status: 'stopped' });
    const { ssh, listens, gatewayFrames, publicPorts, project, diskDeleteAt } = seed;
    const { without = [], sshd = true } = seed;
    const { record } = computer;
    Object.assign(record, { ssh, listens, gatewayFrames, publicPorts, project, diskDeleteAt });
    record.without = sshd ? without : [...without, 'sshd'];
    record.published = seed.published?.map(newRoute);
    const { wire } = record;
    wire.custom_template_id = seed.customTemplate ?? wire.custom_template_id;
    wire.price_version = seed.priceVersion ?? wire.price_version;
    return computer.setStatus(seed.status ?? 'running', seed.lastError);
  }

  /** Adds entries of the list without a machine, in the given statuses by turns. */
  addFakes(count: number, statuses: string[]): void {
    for (let index = 0; index < count; index++) {
      const name = `fake-${String(this.all.size).padStart(5, '0')}`;
      this.add(this.shape({}), {
        name,
        status: statuses[index % statuses.length] ?? 'stopped',
        fake: true,
      });
    }
  }

  /** Changes the record of a computer. */
  change(idOrName: string, values: Partial<Omit<ComputerRecord, 'wire'>>): void {
    Object.assign(this.get(idOrName).record, values);
    this.save();
  }

  /** Restores the computers of an earlier run: running ones boot, transitions continue. */
  async load({ computers, creations }: Saved): Promise<void> {
    Object.assign(this.creations, creations);
    await Promise.all(computers.map((record) => this.adopt(record).resume()));
  }

  /** Stops all machines; the state on disk stays. */
  async close(): Promise<void> {
    await Promise.all([...this.all.values()].map((computer) => computer.close()));
  }

  private add(
    shape: Shape,
    own: { status: string; name?: string; organization?: string; origin?: Origin; fake?: boolean },
  ): ComputerStateMachine {
    const { status, name = this.unusedName(), organization = organizations[0]!.id, fake = false } = own;
    const now = new Date().toISOString();
    const wire = {
      id: `cmp_${randomBytes(6).toString('hex')}`,
      name,
      status,
      origin: own.origin ?? 'sdk',
      ...shape,
      compute_location: { provider: 'emulator', region: 'local', country_code: null },
      metrics: null,
      last_error: null,
      created_at: now,
      stopped_at: status === 'stopped' ? now : null,
    };
    const computer = this.adopt({ wire, organization, port: null, held: fake, fake, sshdDelay: 0 });
    this.save();
    return computer;
  }

  private shape(request: CreateRequest, organization = organizations[0]!.id): Shape {
    const { billing, customTemplates } = this.options;
    const own = customTemplates.usable(request.template_id ?? '', organization);
    return shapeOf(request, billing.sizes, own);
  }

  private adopt(record: ComputerRecord): ComputerStateMachine {
    const { id, name } = record.wire;
    const folder = join(this.options.folder, 'computers', id);
    const sandbox = record.fake ? undefined : this.options.createSandbox(folder, name);
    const computer = new ComputerStateMachine(record, sandbox, this.stateMachineDeps);
    this.all.set(id, computer);
    return computer;
  }

  private unusedName(): string {
    const taken = new Set([...this.all.values()].map(({ record }) => record.wire.name));
    return unusedName((name) => taken.has(name));
  }

  private save(): void {
    this.options.state.save(() => ({
      apiKey: this.options.apiKey,
      computers: [...this.all.values()].map(({ record }) => record).filter(({ fake }) => !fake),
      creations: this.creations,
    }));
  }
}
