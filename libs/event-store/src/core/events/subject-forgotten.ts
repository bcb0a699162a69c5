// The event that tells every projection and process of a context that a person is to be forgotten.
import { Event } from './event.decorator.js';
import { isStreamName } from '../ports/validate-append.js';

export const SUBJECT_FORGOTTEN = 'subject.forgotten';

/** In the stream `subject-<id>`. Projections that keep plain text of the subject erase it: `@On(SubjectForgotten)`. */
@Event(SUBJECT_FORGOTTEN)
export class SubjectForgotten {
  constructor(readonly subject: string) {}
}

const CATEGORY = 'subject-';

/** The stream that says so. */
export function subjectStream(subject: string): string {
  return `${CATEGORY}${subject}`;
}

/** Of a {@link subjectStream}. */
export function subjectOfStream(stream: string): string {
  return stream.slice(CATEGORY.length);
}

/** Whom data can be about: an id that names a stream. */
export function isSubject(subject: unknown): subject is string {
  return typeof subject === 'string' && isStreamName(subjectStream(subject));
}
