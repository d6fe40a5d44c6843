/** Where an emulator answers instead of AWS; emulators put it into the environment of the functions that they run. */
export const endpoint: string | undefined = process.env["AWS_ENDPOINT_URL"];

/** Options of every client. A file for each client: a function loads those that it uses, and starts sooner. */
export const clientOptions: { endpoint?: string } = endpoint === undefined ? {} : { endpoint };
