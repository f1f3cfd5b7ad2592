import com.amazon.randomcutforest.config.ForestMode;
import com.amazon.randomcutforest.config.Precision;
import com.amazon.randomcutforest.config.TransformMethod;
import com.amazon.randomcutforest.parkservices.AnomalyDescriptor;
import com.amazon.randomcutforest.parkservices.ThresholdedRandomCutForest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * Scores time series with ThresholdedRandomCutForest, one forest a series, each point before it is learned.
 *
 * <p>Standard input: for each series, big-endian, its number of points (int), the seconds of its interval (int), and the points (double);
 * NaN for an interval without data, which the forest does not see. Standard output: for each series its points' grades (double), its points'
 * raw scores (double), NaN where there is none, and the processor time of the scoring in nanoseconds (long).
 *
 * <p>The settings are those of OpenSearch's anomaly detection, without its imputation.
 */
public final class ScoreSeries {
  private static final int SHINGLE = 8;

  public static void main(String[] arguments) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
    try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16))) {
      for (;;) {
        int points;
        try {
          points = in.readInt();
        } catch (EOFException end) {
          return;
        }
        int seconds = in.readInt();
        double[] values = new double[points];
        for (int point = 0; point < points; point++) values[point] = in.readDouble();
        score(values, seconds, out);
      }
    }
  }

  private static void score(double[] values, int seconds, DataOutputStream out) throws IOException {
    double[] grades = new double[values.length];
    double[] scores = new double[values.length];
    long start = java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    ThresholdedRandomCutForest forest = ThresholdedRandomCutForest.builder()
        .dimensions(SHINGLE)
        .shingleSize(SHINGLE)
        .numberOfTrees(50)
        .sampleSize(256)
        .timeDecay(1.0 / 2560)
        .anomalyRate(0.005)
        .precision(Precision.FLOAT_32)
        .internalShinglingEnabled(true)
        .forestMode(ForestMode.STANDARD)
        .transformMethod(TransformMethod.NORMALIZE)
        .outputAfter(32)
        .alertOnce(true)
        .autoAdjust(true)
        .randomSeed(42)
        .build();
    for (int point = 0; point < values.length; point++) {
      if (Double.isNaN(values[point])) {
        grades[point] = scores[point] = Double.NaN;
        continue;
      }
      AnomalyDescriptor result = forest.process(new double[] {values[point]}, (long) point * seconds);
      grades[point] = result.getAnomalyGrade();
      scores[point] = result.getRCFScore();
    }
    long nanoseconds = java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    for (double grade : grades) out.writeDouble(grade);
    for (double score : scores) out.writeDouble(score);
    out.writeLong(nanoseconds);
  }
}
