#include "bot/helpers/draw.h"

#include "bot/base/file.h"

#include <stdio.h>
#include <unistd.h>

#define INPUT_BYTES   (32u << 20)
#define PICTURE_BYTES (8u << 20)

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_BAD_JOB = 2 };

/* The picture, or on failure a sentence, goes to stdout. */
int main(void)
{
    struct buf input = BUF_INIT(INPUT_BYTES), why = BUF_INIT(4096);
    struct buf picture = BUF_INIT(PICTURE_BYTES);
    struct draw_job job = {0};
    int exit_code = EXIT_BAD_JOB;
    enum err err = file_read(STDIN_FILENO, &input);
    if (err != ERR_OK)
        buf_addf(&why, "the job on standard input cannot be read: %s",
                 err_words(err));
    else if (draw_job_read(buf_str(&input), &job, &why) == ERR_OK)
        exit_code = draw_picture(&job, &picture, &why) == ERR_OK ? EXIT_DONE
                                                                 : EXIT_FAILED;
    const struct buf *said = exit_code == EXIT_DONE ? &picture : &why;
    if (exit_code != EXIT_DONE)
        buf_add_char(&why, '\n');
    if (fwrite(said->s, 1, said->n, stdout) != said->n || fflush(stdout) != 0)
        exit_code = EXIT_FAILED;
    draw_job_release(&job);
    buf_release(&input);
    buf_release(&picture);
    buf_release(&why);
    return exit_code;
}
