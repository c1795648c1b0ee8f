package glfw

/*
#cgo pkg-config: x11
#include <X11/Xlib.h>
#include <X11/Xutil.h>
// softPut sends rows of BGRA to x, y; 0 if the screen has another order of colours.
static int softPut(Display *d, Window w, void *buf, int width, int height, int x, int y) {
	int s = DefaultScreen(d);
	Visual *v = DefaultVisual(d, s);
	if (DefaultDepth(d, s) < 24 || v->red_mask != 0xff0000 || v->green_mask != 0xff00 || v->blue_mask != 0xff) return 0;
	XImage *img = XCreateImage(d, v, DefaultDepth(d, s), ZPixmap, 0, buf, width, height, 32, width * 4);
	if (!img) return 0;
	GC gc = XCreateGC(d, w, 0, NULL);
	XPutImage(d, w, gc, img, 0, 0, x, y, width, height);
	XFreeGC(d, gc);
	img->data = NULL; // it belongs to Go
	XDestroyImage(img);
	XFlush(d);
	return 1;
}
*/
import "C"

import (
	"errors"
	"image"
	"unsafe"

	"github.com/go-gl/glfw/v3.4/glfw"
)

// remoteSession: X11 does not say how far its screen is.
func remoteSession() bool { return false }

// blit sends rows of BGRA to an area of the window through X11.
func blit(v *glfw.Window, pix []byte, r image.Rectangle) {
	ok := C.softPut((*C.Display)(unsafe.Pointer(glfw.GetX11Display())), C.Window(v.GetX11Window()), unsafe.Pointer(&pix[0]),
		C.int(r.Dx()), C.int(r.Dy()), C.int(r.Min.X), C.int(r.Min.Y))
	if ok == 0 {
		windowFailed(errors.New("the X11 screen has less than 24 bits of colour or another order of them"))
	}
}
