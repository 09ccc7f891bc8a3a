import type { Messages } from "./en.ts";

export const es: Messages = {
  name: "Español",

  shell: {
    skip: "Ir al contenido",
    language: "Idioma",
    toDark: "Usar colores oscuros",
    toLight: "Usar colores claros",
    testNetwork: "Red de prueba. El dinero de aquí es de juguete.",
    footer:
      "Nadie más que tú puede mover tus ahorros. Sin empresa, sin contraseña, sin pedir permiso.",
    openSource: "Contratos, índice y aplicación con licencia MIT.",
  },

  hero: {
    headline: "Ahorros que guardas tú.",
    lead: "Aparta dólares, mira crecer el rendimiento y retíralo todo cuando quieras. Las reglas viven en contratos que nadie puede cambiar.",
    total: "Ahorrado entre todos",
    khipu: (count) =>
      count === 0
        ? "Un khipu cuyas cuerdas esperan sus primeros nudos."
        : `Un khipu con los últimos ${count} movimientos: cada cuerda es uno, con su cifra en nudos.`,
    caption:
      "Cada cuerda es un movimiento; sus nudos escriben el monto, como en los khipus de los Andes.",
  },

  wallet: {
    connect: "Conectar billetera",
    connecting: "Conectando…",
    title: "Conecta una billetera",
    intro: "Tu billetera es tu cuenta. KhipuVault nunca ve tus llaves.",
    openWallet: (name) => `Confirma en ${name}`,
    noneTitle: "No hay billetera en este navegador",
    noneText:
      "Una billetera es una extensión o aplicación que guarda tus llaves y firma por ti. Instala una en la que confíes (por ejemplo Rabby, MetaMask o Frame) y vuelve: aparecerá aquí sola.",
    close: "Cerrar",
    account: (short) => `Cuenta ${short}`,
    copy: "Copiar dirección",
    copied: "Dirección copiada",
    explorer: "Abrir en el explorador",
    disconnect: "Desconectar",
    wrongNetworkTitle: "Tu billetera está en otra red",
    wrongNetworkText: (network) => `Aquí KhipuVault funciona en «${network}».`,
    switchNetwork: (network) => `Cambiar a «${network}»`,
    switching: "Esperando a tu billetera…",
  },

  savings: {
    title: "Tus ahorros",
    connectTitle: "Empieza con cualquier monto",
    connectText: "Conecta una billetera para depositar y ver lo que es tuyo.",
    points: [
      [
        "Tuyo en todo momento",
        "Retira todo cuando quieras: sin plazos, sin avisos, sin pedir permiso.",
      ],
      [
        "Una firma, una transacción",
        "Sin aprobación aparte cuando tu token admite permisos firmados.",
      ],
      ["Un rendimiento que se ve", "Crece cada segundo y lo cobras sin tocar tu depósito."],
    ],
    value: "Vale ahora",
    principal: "Depositado",
    yield: "Rendimiento ganado",
    deposit: "Depositar",
    withdraw: "Retirar",
    claimAmount: (amount) => `Cobrar ${amount}`,
    amount: "Monto",
    max: "Máx.",
    useMax: (amount) => `Máx., ${amount}`,
    inWallet: (amount) => `En tu billetera: ${amount}`,
    withdrawable: (amount) => `Depositado: ${amount}`,
    depositAmount: (amount) => `Depositar ${amount}`,
    withdrawAmount: (amount) => `Retirar ${amount}`,
    withdrawEverything: "Retirar todo, con el rendimiento",
    stoppedTitle: "Los depósitos están detenidos por ahora",
    stoppedText: "Retirar y cobrar siempre funciona. Vuelve más tarde para depositar.",
    unreadTitle: "Ahora no se pueden leer tus ahorros",
    unreadText: "La red no responde. Tu dinero está a salvo donde está; seguimos intentando.",
    retry: "Reintentar",
  },

  amount: {
    empty: "Escribe un monto.",
    zero: "Escribe un monto mayor que cero.",
    format: "Escribe el monto con cifras, por ejemplo 250 o 12,50.",
    precise: (decimals) => `Usa como máximo ${decimals} cifras decimales.`,
    overBalance: (available) => `Tienes ${available}. Escribe eso o menos.`,
    overPrincipal: (available) => `Has depositado ${available}. Escribe eso o menos.`,
    underMinimum: (minimum) => `El depósito más pequeño es de ${minimum}.`,
    overLimit: (available) => `El fondo admite ${available} más por ahora. Escribe eso o menos.`,
  },

  transaction: {
    kinds: {
      deposit: (amount) => `Depósito de ${amount}`,
      withdraw: (amount) => `Retiro de ${amount}`,
      withdrawAll: () => "Retiro de todo",
      claim: (amount) => `Cobro de ${amount}`,
      drip: (amount) => `${amount} del grifo de prueba`,
    },
    states: {
      idle: "Listo.",
      simulating: "Probándolo antes de enviar nada…",
      signing: "Firma el permiso en tu billetera. No cuesta nada.",
      approving: "Tu billetera pide antes una aprobación. Confírmala.",
      sending: "Confirma la transacción en tu billetera.",
      sent: "Enviada. Esperando un bloque…",
      confirmed: "Confirmada en la cadena. El índice en vivo se está poniendo al día…",
      indexed: "Listo. Confirmada en la cadena y en el índice en vivo.",
      done: "Listo. Confirmada en la cadena.",
      rejected: "La rechazaste en tu billetera. No se envió nada; inténtalo cuando quieras.",
      lost: "Se envió, pero la red dejó de responder. Aún puede completarse: compruébalo antes de enviarla otra vez.",
    },
    steps: {
      prepare: "Preparar",
      sign: "Firmar",
      send: "Enviar",
      confirmed: "Confirmada",
      indexed: "Indexada",
    },
    progress: "Progreso",
    check: "Comprobar de nuevo",
    dismiss: "Cerrar aviso",
    explorer: "Ver la transacción",
  },

  problems: {
    rejected: () => "La rechazaste en tu billetera. No se envió nada; inténtalo cuando quieras.",
    noGas: ({ symbol }) =>
      `Tu billetera tiene muy poco ${symbol} para la tarifa de red. Agrega un poco de ${symbol} e inténtalo de nuevo.`,
    walletBusy: () =>
      "Tu billetera ya tiene una solicitud abierta. Respóndela primero y vuelve a intentarlo.",
    walletGone: () =>
      "Tu billetera no responde. Desbloquéala o vuelve a conectarla e inténtalo de nuevo.",
    wrongNetwork: () => "Tu billetera está en otra red. Cambia a la correcta e inténtalo de nuevo.",
    network: () =>
      "La red no responde. No se envió nada; revisa tu conexión e inténtalo en un momento.",
    cancelled: () =>
      "Reemplazaste esta transacción en tu billetera, así que no ocurrió. No se movió nada.",
    reverted: () =>
      "El contrato rechazó la transacción y no se movió nada. Recarga la página e inténtalo de nuevo.",
    refused: ({ name }) =>
      `El contrato lo rechazó (${name}) y no se movió nada. Recarga la página e inténtalo de nuevo.`,
    unknown: () =>
      "Ocurrió algo inesperado. Hasta donde vemos no se movió nada; inténtalo de nuevo.",
    balanceTooLow: () =>
      "No hay suficiente en tu billetera. Escribe un monto menor o consigue más primero.",
    allowanceTooLow: () =>
      "La aprobación no cubre este monto. Inténtalo de nuevo y aprueba el monto completo.",
    permitExpired: () => "El permiso que firmaste venció. Inténtalo de nuevo y firma uno nuevo.",
    permitInvalid: () =>
      "La firma no corresponde a tu cuenta. Vuelve a conectar tu billetera y firma otra vez.",
    nothingToDo: () => "No hay nada que mover. Escribe un monto mayor que cero.",
    nothingSaved: () => "Aún no tienes nada ahorrado aquí. Haz primero un depósito.",
    nothingToClaim: () =>
      "Ahora no hay rendimiento que cobrar. Puede que ya sea parte de tus ahorros: retíralo de ahí, o déjalos crecer un poco.",
    tooMuchPrincipal: () => "Es más de lo que has depositado. Escribe un monto menor.",
    worthLess: () =>
      "Tras una pérdida, tus ahorros valen menos que eso. Usa «Retirar todo» para sacar todo lo que hay.",
    tooSmall: () => "Es menos de lo que admite el fondo. Escribe un monto mayor.",
    poolFull: () => "El fondo no admite ese monto ahora. Prueba con uno menor o vuelve más tarde.",
    priceMoved: () =>
      "El precio cambió mientras decidías y no se envió nada. Inténtalo con el precio nuevo.",
    illiquid: () =>
      "Parte del dinero está prestado en este momento y no puede salir todo a la vez. Prueba con un monto menor o inténtalo pronto.",
    gasLimitTooLow: () =>
      "El límite de gas era muy bajo. Inténtalo de nuevo con el límite que sugiere tu billetera.",
  },

  faucet: {
    title: (symbol) => `Consigue ${symbol} gratis`,
    text: (symbol) =>
      `Esta es una red de prueba. Aquí ${symbol} es dinero de juguete para probarlo todo.`,
    drip: (amount) => `Recibir ${amount}`,
    gasTitle: "¿Y para la tarifa de red?",
    gasText: (symbol) => `Enviar cuesta un poco de ${symbol}, también en redes de prueba.`,
    gasElsewhere: "Para eso esta red tiene su propio grifo.",
    gasFill: (amount) => `Recibir ${amount}`,
    gasHave: (amount) => `Tu billetera tiene ${amount}.`,
  },

  activity: {
    title: "Ahora mismo",
    empty: "Aún no ha pasado nada. El primer depósito aparecerá aquí en menos de un segundo.",
    loading: "Leyendo los últimos movimientos…",
    unavailable:
      "No se llega al flujo en vivo. Tus saldos siguen viniendo directo de la red; seguimos intentando.",
    types: {
      DepositMade: (who) => `${who} depositó`,
      WithdrawalMade: (who) => `${who} retiró`,
      YieldClaimed: (who) => `${who} cobró rendimiento`,
      AutoCompoundExecuted: (who) => `${who} capitalizó su rendimiento`,
    },
    youTypes: {
      DepositMade: "Depositaste",
      WithdrawalMade: "Retiraste",
      YieldClaimed: "Cobraste rendimiento",
      AutoCompoundExecuted: "Se capitalizó tu rendimiento",
    },
    pending: "en camino",
  },

  lesson: {
    title: "Cómo se lee el khipu",
    text: "Cada cuerda cuelga por un movimiento. Lee sus nudos desde arriba: un grupo por cada cifra, las unidades al final, un tramo liso para el cero. Así escribieron números durante siglos los quipucamayoc de los Andes.",
    example: (number) => `Una cuerda con el número ${number} en nudos.`,
    dyes: {
      DepositMade: "Depósito",
      WithdrawalMade: "Retiro",
      YieldClaimed: "Rendimiento cobrado",
      AutoCompoundExecuted: "Rendimiento capitalizado",
    },
  },

  live: {
    connecting: "Conectando…",
    live: "En vivo",
    behind: (lag) => `${lag} de retraso`,
    reconnecting: "Reconectando…",
    offline: "Sin flujo en vivo",
    explainLive: (lag) => `El índice va ${lag} detrás de la cadena.`,
    explainLiveUnknown: "Conectado al índice en vivo.",
    explainBehind:
      "El índice se está poniendo al día; los saldos vienen directo de la cadena y no se ven afectados.",
    explainReconnecting:
      "La conexión se perdió y se está restableciendo. No se pierde nada: sigue donde se quedó.",
    explainOffline:
      "No se llega al índice en vivo. Los saldos siguen viniendo directo de la cadena.",
  },

  config: {
    title: "Esta copia de KhipuVault aún no está configurada",
    missing:
      "Falta el archivo config.json junto a la aplicación. Quien administra este sitio debe ponerlo ahí.",
    malformed: "El archivo config.json está, pero algo en él no es correcto:",
    retry: "Reintentar",
  },

  time: { now: "ahora mismo" },
};
