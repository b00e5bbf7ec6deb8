// @ts-check
// Texts of the interface, one a line: name, English, Spanish. The assistant's answers are not here: they come from the
// server and are English only, which its Spanish greeting says.

/** @type {Record<string, Record<string, string>>} */
const TEXTS = { en: {}, es: {} };
for (const line of `title|Ask AMICC|Pregunte a AMICC
label|Help chat|Chat de ayuda
bot|Assistant|Asistente
you|You|Usted
kind|Automatic assistant|Asistente automático
person|Contact a person|Contactar a una persona
personAsk|How do I contact AMICC?|
menu|Options|Opciones
close|Close|Cerrar
field|Type a question|Escriba en inglés
send|Send|Enviar
hello|Hello. What would you like to know?|Hola. Las respuestas están solo en inglés.
note|Check the sources. Write only what is needed.|Compruebe las fuentes. Escriba solo lo necesario.
privacy|Privacy|Privacidad
also|You can ask|Puede preguntar
pick|Pick one or ask in other words|Elija una o pregunte de otra forma
source|Source|Fuente
sources|Sources|Fuentes
tab|(opens in a new tab)|(se abre en otra pestaña)
step|Your answer: step {0} of {1}|Su respuesta: paso {0} de {1}
skip|Skip|Omitir
cancel|Cancel|Cancelar
good|Helpful|Útil
bad|Not helpful|No útil
thanks|Thank you.|Gracias.
why|What was missing or wrong? (optional)|¿Qué faltaba o estaba mal? (opcional)
typing|The assistant is typing|El asistente está escribiendo
slow|Still working.|Un momento más.
offline|No connection. Your message will be sent later.|Sin conexión. Su mensaje se enviará más tarde.
busy|Busy. Your message will be sent later.|Ocupado. Su mensaje se enviará más tarde.
pages|All answers as pages|Todas las respuestas en páginas
retry|Try again|Reintentar
error|Not sent.|No se envió.
expired|The earlier conversation has ended.|La conversación anterior terminó.
copy|Copy conversation|Copiar la conversación
copied|Copied|Copiado
save|Download conversation|Descargar la conversación
print|Print|Imprimir
again|Start again|Empezar de nuevo
forget|Delete my data|Borrar mis datos
shared|Shared device: forget when this tab closes|Equipo compartido: olvidar al cerrar esta pestaña
hide|Hide the chat button|Ocultar el botón del chat
sureAgain|Remove this conversation?|¿Quitar esta conversación?
unread|new|nuevos`.split("\n")) {
  const [name, en, es] = line.split("|");
  TEXTS.en[name] = en;
  TEXTS.es[name] = es;
}
