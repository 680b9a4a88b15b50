import { ApiError, type Features } from './computer';

type FeatureName = {
  [Name in keyof Features]: Features[Name] extends boolean ? Name : never;
}[keyof Features];

/** @returns a hook for an optional route, which answers 404 to every request while the feature is off */
export function requireFeature(features: Features, name: FeatureName): () => Promise<void> {
  return () => (features[name] ? Promise.resolve() : Promise.reject(new ApiError(404, 'Not Found')));
}
