/** An emulator of X's media API: as strict as the real one and, on request, as unreliable. */

export { type OpenCall, type RequestCounts, STEPS, type Step, type Violation, type ViolationKind } from './call-log.ts'
export { createEmulator, type Emulator } from './create-emulator.ts'
export type { EmulatorOptions, ResetConnection } from './emulator-options.ts'
export {
  ERROR_BODIES,
  type ErrorBody,
  FAULT_KINDS,
  type Fault,
  type FaultEffect,
  type FaultKind,
  type FaultPlan,
  LIMITS,
  type Limit,
  type RandomFaults,
  SUCCESS_BODIES,
  SURVIVABLE_EFFECTS,
  type SuccessBody,
} from './fault-plan.ts'
export type { EmulatedPost } from './post-log.ts'
export type { ProcessingTimes } from './processing.ts'
export type { RefreshOptions, TokenGrant, TokenOptions } from './tokens.ts'
export type { UploadReport, UploadSummary } from './upload-report.ts'
