import { mount } from 'svelte';
import App from './App.svelte';
import { Api } from './lib/api.ts';
import './styles/fonts.ts';
import './styles/tokens.css';
import './styles/base.css';

const target = document.querySelector('#app');
if (target === null) throw new Error('the page has no place for the app');
mount(App, { target, props: { api: new Api(window.claviger) } });
