import { appendFileSync } from 'node:fs';

/** The variable by which what runs in the extension host is told the file for its measurements. */
export const measurementsVariable = 'BENCH_MEASUREMENTS';

/** Adds a measurement, as a line of JSON. */
export function record(measurement: unknown): void {
  const file = process.env[measurementsVariable];
  if (file === undefined) throw new Error(`${measurementsVariable} does not name a file.`);
  appendFileSync(file, `${JSON.stringify(measurement)}\n`);
}
