import{H as t,I as i,ha as o}from"./chunk-V3PUBL4I.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
