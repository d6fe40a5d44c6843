/** An error of the Scheduler API. */
export class SchedulerFailure extends Error {
  readonly code: keyof typeof STATUS;

  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.name = "SchedulerFailure";
    this.code = code;
  }
}

/** The HTTP status of each error. https://docs.aws.amazon.com/scheduler/latest/APIReference/CommonErrors.html */
export const STATUS = {
  ConflictException: 409,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
  ValidationException: 400,
} as const;
