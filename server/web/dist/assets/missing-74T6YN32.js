import{H as t,I as i,ha as o}from"./chunk-37PBR5JA.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
