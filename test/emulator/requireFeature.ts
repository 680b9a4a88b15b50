import { ApiError, type Features } from './computer';

type Switch = { [Name in keyof Features]: Features[Name] extends boolean ? Name : never }[keyof Features];

/** A hook for a route that the service may be without: then it is not found, whatever is asked of it. */
export function requireFeature(features: Features, name: Switch): () => Promise<void> {
  return () => (features[name] ? Promise.resolve() : Promise.reject(new ApiError(404, 'Not Found')));
}
