import { user } from './catalogue';

const foundedAt = '2025-01-15T09:00:00Z';

/** Id of the project that an organization has from the beginning. */
export function defaultProject(organization: string): string {
  return `prj_default_${organization}`;
}

/** The projects of organizations: a default one each, and those that are added. */
export class Projects {
  /** Ids of further projects, which are their names as well. */
  further: string[] = [];

  /** The projects of an organization, its default one first. */
  list(organization: string) {
    return ['default', ...this.further].map((name, index) => ({
      id: index === 0 ? defaultProject(organization) : name,
      organization_id: organization,
      name,
      slug: name.toLowerCase().replace(/\W+/g, '-'),
      description: null,
      settings: null,
      is_default: index === 0,
      created_by: user.id,
      created_at: foundedAt,
      updated_at: foundedAt,
    }));
  }
}
