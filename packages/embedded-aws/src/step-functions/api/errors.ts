import { ServiceError } from "../../json-service.ts";

/** AWS's wording for a parameter that breaks its type's rules. */
export function validationError(detail: string): ServiceError {
  return new ServiceError("ValidationException", `1 validation error detected: ${detail}`);
}
