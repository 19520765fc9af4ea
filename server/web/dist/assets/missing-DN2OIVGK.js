import{I as t,J as i,la as o}from"./chunk-BZ2G3HHK.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
