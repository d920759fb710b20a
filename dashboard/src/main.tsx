import './style/base.css';
import './style/parts.css';
import './style/views.css';
import { render } from 'preact';
import { App } from './app';
import { start } from './state';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
void start();
