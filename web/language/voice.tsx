import { createContext, type ReactNode, use, useEffect, useState } from "react";
import { type Language, loadVoice, rememberLanguage, type Voice } from "./language.ts";

interface Speaking extends Voice {
  speak: (language: Language) => void;
}

const VoiceContext = createContext<Speaking | undefined>(undefined);

export function VoiceProvider({ initial, children }: { initial: Voice; children: ReactNode }) {
  const [voice, setVoice] = useState(initial);

  useEffect(() => {
    document.documentElement.lang = voice.language;
  }, [voice.language]);

  const speak = (language: Language) => {
    rememberLanguage(language);
    void loadVoice(language).then(setVoice);
  };

  return <VoiceContext value={{ ...voice, speak }}>{children}</VoiceContext>;
}

export function useVoice(): Speaking {
  const voice = use(VoiceContext);
  if (!voice) throw new Error("useVoice needs a VoiceProvider above it.");
  return voice;
}
