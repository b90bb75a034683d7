/**
 * Privacy tasks of the emulated Buy with Prime.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/query-privacy-requests | Query privacy requests}
 */
import type { Open } from '../../../core/types.ts';
import { GraphQLFault } from './graphql-fault.ts';

/** A task that retrieves or deletes a shopper's personal data. */
export interface EmulatedPersonalDataTask {
  readonly kind: 'retrieval' | 'deletion';
  readonly status: Open<'IN_PROGRESS' | 'ON_HOLD' | 'COMPLETED' | 'FAILED'>;
  /** ISO 8601. */
  readonly submissionDate?: string | undefined;
  /** ISO 8601. */
  readonly lastUpdatedDate?: string | undefined;
  /** Of a deletion. */
  readonly holdingPeriod?: number | undefined;
  /** @default 'shopper@example.com' */
  readonly email?: string | undefined;
  readonly errors?: readonly { readonly code: string; readonly message: string }[] | undefined;
}

/** A task as a query returns it. Each query returns a new link, as Amazon's last 60 seconds. */
export function viewPersonalDataTask(
  tasks: ReadonlyMap<string, EmulatedPersonalDataTask>,
  { taskId, kind, randomId }: { readonly taskId: string; readonly kind: EmulatedPersonalDataTask['kind']; readonly randomId: () => string },
): object {
  const task = tasks.get(taskId);
  if (task?.kind !== kind) throw new GraphQLFault('ResourceNotFoundError', { code: 'ResourceNotFoundException' });
  const { status, submissionDate = '2025-01-20T12:34:56Z', email = 'shopper@example.com', holdingPeriod, errors } = task;
  return {
    taskId,
    status,
    submissionDate,
    lastUpdatedDate: task.lastUpdatedDate ?? submissionDate,
    holdingPeriod,
    dataSubject: { type: 'SHOPPER', email },
    errors,
    dataRetrievalLink: kind === 'retrieval' && status === 'COMPLETED' ? `https://personal-data.example/${randomId()}` : null,
  };
}
