import{J as t,K as i,na as o}from"./chunk-73CZVSPL.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
