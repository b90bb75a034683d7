/**
 * Tasks that retrieve or delete a shopper's personal data.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/query-privacy-requests | Query privacy requests}
 */
import * as z from 'zod/mini';
import type { Open } from '../../core/types.ts';
import { type Operation, queryField } from '../operation.ts';
import { Name, NullableNumber, NullableString, type Nullish, nullableList, parseInput } from '../payload.ts';

/** A task as the API returns it. The shopper is not requested; what your own document selects is kept. */
export interface PersonalDataTask {
  readonly taskId: string;
  /** `ON_HOLD` is of a deletion. */
  readonly status: Open<'IN_PROGRESS' | 'ON_HOLD' | 'COMPLETED' | 'FAILED'>;
  readonly submissionDate?: Nullish<string>;
  readonly lastUpdatedDate?: Nullish<string>;
  /**
   * Of a retrieval: where to download the data. The link is valid for 60 seconds; a download that has started continues. Query the task
   * once more for a new link, and never log it.
   */
  readonly dataRetrievalLink?: Nullish<string>;
  /** Of a deletion. Amazon does not document the unit. */
  readonly holdingPeriod?: Nullish<number>;
  /** Why it failed, such as `DATA_SUBJECT_NOT_FOUND`. */
  readonly errors?: Nullish<readonly ({ readonly code?: Nullish<string>; readonly message?: Nullish<string> } | null)[]>;
  readonly [field: string]: unknown;
}

/** Checks a task as the API returns it. */
export const PersonalDataTaskSchema: z.ZodMiniType<PersonalDataTask> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({
    taskId: z.string(),
    status: z.string(),
    submissionDate: NullableString,
    lastUpdatedDate: NullableString,
    dataRetrievalLink: NullableString,
    holdingPeriod: NullableNumber,
    errors: nullableList(z.looseObject({ code: NullableString, message: NullableString })),
  }),
);

/** What an event of a task names. */
const TaskReference: z.ZodMiniType<{ readonly taskId: string }> = /* @__PURE__ */ z.lazy(() => z.looseObject({ taskId: Name }));

const DOCUMENTS = {
  personalDataRetrievalTask: `query personalDataRetrievalTask($taskId: String!) {
  personalDataRetrievalTask(taskId: $taskId) {
    taskId status submissionDate lastUpdatedDate dataRetrievalLink errors { code message }
  }
}`,
  personalDataDeletionTask: `query personalDataDeletionTask($taskId: String!) {
  personalDataDeletionTask(taskId: $taskId) {
    taskId status submissionDate lastUpdatedDate holdingPeriod errors { code message }
  }
}`,
};

/** The query for a task. The argument of the deletion is concluded from that of the retrieval (inferred). */
export function personalDataTaskQuery(
  field: keyof typeof DOCUMENTS,
  task: string | { readonly taskId: string },
  document: string = DOCUMENTS[field],
): Operation<PersonalDataTask | undefined> {
  const { taskId } = parseInput(TaskReference, typeof task === 'string' ? { taskId: task } : task);
  return queryField({
    field,
    document,
    variables: { taskId },
    permission: 'Manage Shopper Privacy Requests',
    schema: PersonalDataTaskSchema,
    read: (found) => found,
  });
}
