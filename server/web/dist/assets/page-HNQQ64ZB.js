import{g as e}from"./chunk-RLH3V6A7.js";function r({name:o}){return e("h1",{children:["explore ",o]})}export{r as default};
