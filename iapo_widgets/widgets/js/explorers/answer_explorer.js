// The panel of answers by itself.

const render = answerPanel;

export default { render };
