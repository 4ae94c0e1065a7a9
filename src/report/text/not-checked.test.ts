import { describe, expect, it } from 'vitest';
import type { Gap } from '../../model/evidence.ts';
import { createStyle } from '../style.ts';
import { renderNotChecked } from './not-checked.ts';

const style = createStyle({ hasColour: false, isAscii: false, width: 200 });

function unread(node: string): Gap {
  return {
    what: `rules of ${node}`,
    why: `nothing of ${node} was read`,
    unlock: `read them on ${node}, or add nodes/${node}/iptables-save.txt`,
    node,
  };
}

describe('renderNotChecked', () => {
  it('tells one node by its name', () => {
    expect(renderNotChecked([unread('a.example')], style)).toContain('add nodes/a.example/iptables-save.txt');
  });

  it('tells nodes that lack the same once', () => {
    const text = renderNotChecked(['a', 'a1', 'b', 'c', 'd'].map(unread), style);
    expect(text.split('\n').map((line) => line.trim().replace(/^\S /, ''))).toEqual([
      'not checked: rules of a, rules of a1, rules of b and 2 more: nothing of each node was read',
      'to change that: read them on each node, or add nodes/NODE/iptables-save.txt',
    ]);
  });

  it('keeps apart what has other reasons', () => {
    const other = { ...unread('b'), why: 'the dump is cut' };
    expect(renderNotChecked([unread('a'), other], style).split('\n')).toHaveLength(4);
  });
});
