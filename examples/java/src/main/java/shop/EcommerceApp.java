package shop;

import io.github.cdkredshiftlookout.AlertOptions;
import io.github.cdkredshiftlookout.AlertTarget;
import io.github.cdkredshiftlookout.ConnectorQuery;
import io.github.cdkredshiftlookout.DetectorFrequency;
import io.github.cdkredshiftlookout.Metric;
import io.github.cdkredshiftlookout.RedshiftCluster;
import io.github.cdkredshiftlookout.RedshiftLookoutConnector;
import io.github.cdkredshiftlookout.SampleWarehouse;
import io.github.cdkredshiftlookout.TimestampColumn;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.sns.Topic;

/**
 * The ecommerce connector of examples/typescript, in Java: both synthesise the same template. {@code -c sample=true} makes a warehouse with
 * sample data for it.
 */
public final class EcommerceApp {
    private static final String QUERY = """
        select e.ts as timestamp, e.views, e.revenue, p.name as platform, m.name as marketplace
        from ecommerce e
        join platform p on e.platform = p.id
        join marketplace m on e.marketplace = m.id
        where e.ts >= '{{start}}' and e.ts < '{{end}}'""";

    private EcommerceApp() {
    }

    /** Synthesises the app. */
    public static void main(final String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "RedshiftLookoutEcommerce");
        Topic topic = Topic.Builder.create(stack, "Anomalies").enforceSsl(true).build();

        RedshiftCluster cluster;
        ISecret secret;
        if ("true".equals(String.valueOf(app.getNode().tryGetContext("sample")))) {
            SampleWarehouse warehouse = new SampleWarehouse(stack, "Warehouse");
            cluster = warehouse.getCluster();
            secret = warehouse.getSecret();
        } else {
            cluster = RedshiftCluster.provisionedByName("l4m-demo");
            secret = Secret.fromSecretNameV2(stack, "Secret", "redshift-l4mintegration");
        }

        RedshiftLookoutConnector connector = RedshiftLookoutConnector.Builder.create(stack, "Ecommerce")
            .cluster(cluster)
            .database("l4mdemo")
            .secret(secret)
            .query(ConnectorQuery.fromString(QUERY))
            .timestampColumn(TimestampColumn.of("timestamp", "yyyy-MM-dd HH:mm:ss"))
            .metrics(List.of(Metric.sum("views"), Metric.sum("revenue")))
            .dimensions(List.of("platform", "marketplace"))
            .frequency(DetectorFrequency.HOURLY)
            .build();
        connector.addAlert("Pager", AlertOptions.builder().threshold(70).target(AlertTarget.topic(topic)).build());

        app.synth();
    }
}
