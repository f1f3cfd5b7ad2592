// SPDX-License-Identifier: Apache-2.0

import { longText, subject } from './alert-message';
import type { AlertRecord, EpochSeconds, GroupRecord } from '../../lookout/store';

/** Most characters of a description in a chat channel that are sent (the custom notification's limit is 8,000). */
const DESCRIPTION_CHARACTERS = 7_000;

/** A notification in the schema that AWS Chatbot (Amazon Q Developer in chat applications) shows in Slack and Teams. */
export interface ChatMessage {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id: string;
  readonly content: { readonly textType: 'client-markdown'; readonly title: string; readonly description: string };
  /** `threadId` puts the reminders of a group under its first notice. */
  readonly metadata: { readonly threadId: string; readonly summary: string; readonly eventType: string };
}

/**
 * An alert for a chat channel.
 * @param eventId id of the alert's event
 * @param at start of the interval
 */
export function chatMessage(alert: AlertRecord, group: GroupRecord, at: EpochSeconds, timezone: string, eventId: string): ChatMessage {
  // text from the data stands in a code block: nothing in it is a link, a mention or formatting
  const text = longText(alert, group, at, timezone).replace(/`/g, '\'');
  return {
    version: '1.0',
    source: 'custom',
    id: eventId,
    content: { textType: 'client-markdown', title: `:warning: ${subject(group)}`, description: `\`\`\`\n${shortened(text)}\n\`\`\`` },
    metadata: { threadId: group.id, summary: subject(group), eventType: 'anomaly' },
  };
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= DESCRIPTION_CHARACTERS ? text : `${characters.slice(0, DESCRIPTION_CHARACTERS - 1).join('')}…`;
}
