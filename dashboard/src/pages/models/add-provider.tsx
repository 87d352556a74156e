import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Trial } from './trial.tsx';

/** The usual ones; any other server speaks the OpenAI dialect at an address of its own. */
const PROVIDERS = [
  ['openai', 'OpenAI'],
  ['anthropic', 'Anthropic'],
  ['gemini', 'Google Gemini'],
  ['mistral', 'Mistral'],
  ['groq', 'Groq'],
  ['openrouter', 'OpenRouter'],
  ['deepseek', 'DeepSeek'],
  ['perplexity', 'Perplexity'],
  ['ollama', 'Ollama'],
  ['openai-compatible', 'Another, OpenAI-compatible'],
] as const;

const OWN_ADDRESS = new Set(['openai-compatible', 'ollama']);

export function AddProvider({ onClose }: { onClose: () => void }) {
  const [provider, setProvider] = useState<(typeof PROVIDERS)[number][0]>('openai');
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [secret, setSecret] = useState('');
  const client = useQueryClient();
  const called = name.trim() === '' ? provider : name.trim();
  const needsAddress = OWN_ADDRESS.has(provider) && address.trim() === '';
  const add = useMutation({
    mutationFn: () =>
      stepped(() =>
        answer(
          api.POST('/api/v1/upstreams', {
            body: {
              name: called,
              provider,
              baseUrl: address.trim() === '' ? null : address.trim(),
              secret: secret === '' ? null : secret,
            },
          }),
        ),
      ),
    onSuccess: () => {
      void client.invalidateQueries();
      toast(`${called} is added; its models are looked up now`);
      onClose();
    },
  });
  return (
    <Dialog
      title="Add a provider"
      onClose={onClose}
      onSubmit={() => !needsAddress && add.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={needsAddress || add.isPending}>
            Add {called}
          </Button>
        </>
      }
    >
      {add.error && <Refused error={add.error} />}
      <Choice label="Provider" value={provider} options={PROVIDERS} onChange={setProvider} />
      <Field
        label="Name here"
        placeholder={provider}
        value={name}
        hint="Letters, digits, dots, hyphens and underscores. Shown with each request that goes there."
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={OWN_ADDRESS.has(provider) ? 'Address' : 'Address, if it is not the usual one'}
        type="url"
        placeholder="https://models.example.net/v1"
        value={address}
        hint="Public, or in a network that the configuration allows. The key goes to this address alone."
        onChange={(event) => setAddress(event.target.value)}
      />
      <Field
        label="API key"
        type="password"
        autoComplete="off"
        value={secret}
        hint="Kept encrypted. It can be replaced, and never read again."
        onChange={(event) => setSecret(event.target.value)}
      />
      <Trial
        disabled={needsAddress}
        asks={{
          provider,
          baseUrl: address.trim() === '' ? null : address.trim(),
          secret: secret === '' ? null : secret,
        }}
      />
    </Dialog>
  );
}
