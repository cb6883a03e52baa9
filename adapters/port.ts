/** Whether a TCP port can exist; 0 stands for any free one. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535
}

/**
 * Starts to listen. Throws a `TypeError` for a port that cannot exist. For a taken one, throws an error that says what to do;
 * its `code` is `EADDRINUSE`.
 */
export async function listenOn<Server>(port: number, start: () => Server | Promise<Server>): Promise<Server> {
  if (!isPort(port)) throw new TypeError(`The port must be a number from 0 to 65535, not ${port}.`)
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    throw Object.assign(new Error(portTaken(port), { cause: error }), { code: 'EADDRINUSE', port })
  }
}

function portTaken(port: number): string {
  const advice = 'Stop the program that listens there, or choose another port, such as PORT=8790.'
  return `Port ${port} is taken. ${advice} If users sign in with X, change X_REDIRECT_URI and the callback URI at console.x.com too.`
}
