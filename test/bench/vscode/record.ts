import { appendFileSync } from 'node:fs';

/** Environment variable of the extension host that names the file for its measurements. */
export const measurementsVariable = 'BENCH_MEASUREMENTS';

/** Adds a measurement, as a line of JSON. */
export function record(measurement: unknown): void {
  const file = process.env[measurementsVariable];
  if (file === undefined) throw new Error(`${measurementsVariable} does not name a file.`);
  appendFileSync(file, `${JSON.stringify(measurement)}\n`);
}
