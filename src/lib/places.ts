/** What a request can hold until it ends. */
export type PlaceKind = 'uploads' | 'listeners' | 'leases'

/** How many places of each kind are taken. */
export type PlaceCounts = Readonly<Record<PlaceKind, number>>

/** The places that the requests of an instance hold. One that is not given back is lost to the others. */
export interface Places {
  /** Takes a place. The function that it returns gives the place back; later calls do nothing. */
  take(kind: PlaceKind, subject: string): () => void
  /** How many places a subject has taken. */
  takenBy(kind: PlaceKind, subject: string): number
  /** How many places are taken in all. */
  counts(): PlaceCounts
}

export function createPlaces(): Places {
  const totals: Record<PlaceKind, number> = { uploads: 0, listeners: 0, leases: 0 }
  const bySubject: Readonly<Record<PlaceKind, Map<string, number>>> = {
    uploads: new Map(),
    listeners: new Map(),
    leases: new Map(),
  }

  function add(kind: PlaceKind, subject: string, change: 1 | -1): void {
    totals[kind] += change
    const own = (bySubject[kind].get(subject) ?? 0) + change
    if (own > 0) bySubject[kind].set(subject, own)
    else bySubject[kind].delete(subject)
  }

  return {
    take(kind, subject) {
      add(kind, subject, 1)
      let isTaken = true
      return () => {
        if (isTaken) add(kind, subject, -1)
        isTaken = false
      }
    },
    takenBy: (kind, subject) => bySubject[kind].get(subject) ?? 0,
    counts: () => ({ ...totals }),
  }
}
