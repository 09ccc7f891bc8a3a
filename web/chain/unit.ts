import { useSyncExternalStore } from "react";
import type { Unit } from "../language/amounts.ts";
